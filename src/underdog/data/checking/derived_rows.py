"""Rows of generated problems, written again from their ids.

An id names the family with its knobs, the version, the split, the seed and the number of the draw,
so that the row follows from it, byte for byte.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from underdog.core import Example, Family, Item
from underdog.data.dataset.examples import example_of
from underdog.data.dataset.per_process import open_form
from underdog.errors import UnderdogError
from underdog.generators import families
from underdog.generators.drawing import SHARES, generate

_ID = re.compile(
    rf"(?P<source>.+)/(?P<name>[^/]+)-v(?P<version>\d+)-(?P<split>{'|'.join(SHARES)})"
    r"-(?P<seed>-?\d+)-(?P<number>\d+)/(?P<form>[^/]+)",
    re.DOTALL,
)
_DENSE = 4


@dataclass(frozen=True, slots=True)
class DrawId:
    """The parts of a generated row's id.

    Attributes:
        source: Spec of the family.
        name: Name of the family.
        version: Version of the family that wrote it.
        split: Split of the problem.
        seed: Seed of the draws.
        number: Number of the draw.
        form: Form of the solution.
    """

    source: str
    name: str
    version: int
    split: str
    seed: int
    number: int
    form: str


def draw_of(row_id: str) -> DrawId | None:
    """The parts of an id; `None` when no family wrote it."""
    found = _ID.fullmatch(row_id)
    if found is None or family_of(found["source"]) is None:
        return None
    return DrawId(
        source=found["source"],
        name=found["name"],
        version=int(found["version"]),
        split=found["split"],
        seed=int(found["seed"]),
        number=int(found["number"]),
        form=found["form"],
    )


def derived(ids: Sequence[DrawId], instruction: bool) -> list[Example | None]:
    """The rows with these ids; `None` for one that no draw of this version gives.

    Args:
        ids: Ids of rows.
        instruction: Whether the prompts contain the form's instruction.
    """
    items = _items(ids)
    rows: list[Example | None] = []
    for one in ids:
        item = items.get((one.source, one.split, one.seed, one.number))
        family = family_of(one.source)
        known = item is not None and family is not None and _fits(one, family)
        if known and item is not None and family is not None:
            form = open_form(one.form)
            rows.append(example_of(item, form, one.source, family.checker, instruction))
        else:
            rows.append(None)
    return rows


def drawn(source: str, split: str, seed: int, numbers: Sequence[int]) -> Mapping[int, Item]:
    """Items of a family by number of the draw."""
    family = family_of(source)
    items: dict[int, Item] = {}
    if family is None or not numbers:
        return items
    low, high = min(numbers), max(numbers)
    if high - low < _DENSE * len(numbers):
        wanted = set(numbers)
        stream = islice(generate(family, split, seed, low), high - low + 1)
        return {number: item for number, item in enumerate(stream, low) if number in wanted}
    return {number: next(generate(family, split, seed, number)) for number in numbers}


@cache
def family_of(source: str) -> Family | None:
    """The family of a spec; `None` when there is none here."""
    try:
        return families.create(source)
    except UnderdogError:
        return None


def _items(ids: Sequence[DrawId]) -> dict[tuple[str, str, int, int], Item]:
    numbers: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for one in ids:
        numbers[one.source, one.split, one.seed].append(one.number)
    found: dict[tuple[str, str, int, int], Item] = {}
    for (source, split, seed), wanted in numbers.items():
        for number, item in drawn(source, split, seed, sorted(set(wanted))).items():
            found[source, split, seed, number] = item
    return found


def _fits(one: DrawId, family: Family) -> bool:
    return (one.name, one.version) == (family.name, family.version) and one.form in family.forms
