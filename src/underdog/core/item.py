"""A generated problem together with its exact solution, step by step.

Forms render an item's steps as training text; nothing here is shown to a solver. Step labels for
process verifiers come from the same steps. Steps, drafts and items are named tuples rather than
frozen dataclasses: data sets have them by the million, and a tuple is built in a third of the time.
"""

from collections.abc import Iterable, Mapping
from random import Random
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeAlias

from underdog.core.problem import JSONValue, Problem

_NOTHING: Mapping[str, JSONValue] = MappingProxyType({})


class Step(NamedTuple):
    """One step of an exact solution.

    Attributes:
        name: What its value is called: a snake_case identifier, unique within the solution.
        formula: A Python expression for it, over literals, the names of earlier steps and the
            builtins. Arithmetic formulas use `+ - * / ** ( )`; a division that comes out whole is
            written `//` where a float would lose digits. A bare literal states a given.
        value: Its value, written as the task writes answers: `96`, `2.5`, `7/3`, `Tuesday`.
        text: One sentence that states it with its calculation: `The bakery makes 12 * 8 = 96
            rolls.` Empty for a given.
        question: The sub-question that it answers; empty when the family asks none.
    """

    name: str
    formula: str
    value: str
    text: str = ""
    question: str = ""


StepRow: TypeAlias = tuple[str, str, str, str, str]


def steps_of(rows: Iterable[StepRow]) -> tuple[Step, ...]:
    """Steps from rows of their five attributes, in half the time that calling `Step` takes.

    Example:
        >>> steps_of([("total", "3 + 4", "7", "3 + 4 = 7.", "")])[0].value
        '7'
    """
    return tuple([_as_step(Step, row) for row in rows])


_as_step = tuple[str].__new__


class Draft(NamedTuple):
    """What a family writes for one random draw.

    Attributes:
        text: What is asked.
        answer: The gold answer.
        steps: Solution in order; the last step's value is the answer.
        key: Canonical key of the item: what is computed, not how it is worded. Items that are
            the same up to order, sign of equality or wording share it, also across families
            (`add:3,7` for 3 + 7 and 7 + 3 in whichever family).
        difficulty: Larger is harder; the scale is the family's own.
        meta: Other private columns, such as the operands a scratchpad works on.
        choices: Options when it is a multiple-choice question.
        context: What the question is about, such as a table; empty when there is none.
    """

    text: str
    answer: str
    steps: tuple[Step, ...]
    key: str
    difficulty: float
    meta: Mapping[str, JSONValue] = _NOTHING
    choices: tuple[str, ...] = ()
    context: str = ""


# A draft's attributes in order: what a family may hand over in place of a `Draft`.
DraftRow: TypeAlias = tuple[
    str, str, tuple[Step, ...], str, float, Mapping[str, JSONValue], tuple[str, ...], str
]


class Item(NamedTuple):
    """A generated problem and how it is solved.

    Attributes:
        problem: Question, gold and split; `meta` has `family`, `key`, `difficulty` and what the
            draft added.
        steps: Solution in order; the last step's value is the gold answer.
        key: Canonical key (see `Draft`); it decides the split.
    """

    problem: Problem
    steps: tuple[Step, ...]
    key: str


class Family(Protocol):
    """A kind of problem that code can write without end."""

    @property
    def name(self) -> str:
        """Registered name."""
        ...

    @property
    def version(self) -> int:
        """Raised whenever the same seed would write another item."""
        ...

    @property
    def checker(self) -> str:
        """Spec of the checker for its answers, such as `numeric`."""
        ...

    @property
    def forms(self) -> tuple[str, ...]:
        """Forms that its solutions can be rendered in; the first is the default."""
        ...

    def draft(self, rng: Random) -> Draft:
        """Write one item; depends on nothing but the knobs and `rng`."""
        ...
