"""Which forms of a problem become rows, said again without making the data."""

from underdog.core import Item
from underdog.data.dataset.card.plan import PlannedFamily
from underdog.data.dataset.examples import example_of
from underdog.data.dataset.per_process import open_checker, open_form, process_sandbox
from underdog.data.dataset.verification import Claim, verify
from underdog.seeds import derive


def refused_forms(item: Item, family: PlannedFamily, *, verify_rows: bool) -> set[str]:
    """Forms of a family in which an item has no row.

    Args:
        item: The problem and its solution.
        family: The family and its forms.
        verify_rows: Whether every row is read back and graded.
    """
    refused: set[str] = set()
    checker = open_checker(family.checker)
    for name in family.forms:
        form = open_form(name)
        example = example_of(item, form, family.spec, family.checker)
        if example is None:
            refused.add(name)
        elif verify_rows:
            claim = Claim(item.problem, form, checker, example.completion)
            if verify([claim], process_sandbox())[0]:
                refused.add(name)
    return refused


def chosen_form(item: Item, family: PlannedFamily, number: int) -> str | None:
    """The form of a draw's one row, in a data set of one row per problem; `None` without one.

    Args:
        item: The problem and its solution.
        family: The family and its forms.
        number: Number of the draw.
    """
    first = derive("form", family.spec, number) % len(family.forms)
    for name in (*family.forms[first:], *family.forms[:first]):
        if open_form(name).render(item) is not None:
            return name
    return None
