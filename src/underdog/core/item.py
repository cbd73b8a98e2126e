"""A generated problem together with its exact solution, step by step.

Forms render an item's steps as training text; nothing here is shown to a solver. Step labels for
process verifiers come from the same steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from underdog.core.problem import JSONValue, Problem


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an exact solution.

    Attributes:
        name: Name of the value: a snake_case identifier, unique within the solution.
        formula: A Python expression for the value, over literals, the names of earlier steps and
            the builtins. Arithmetic formulas use `+ - * / ** ( )`; a division without remainder
            is written `//` where a float would lose digits. A bare literal states a given.
        value: The value, written as the task writes answers: `96`, `2.5`, `7/3`, `Tuesday`.
        text: One sentence that states the value and its calculation: `The bakery makes 12 * 8 = 96
            rolls.` Empty for a given.
        question: The sub-question that the step answers; empty when the family asks none.
    """

    name: str
    formula: str
    value: str
    text: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One problem as a family writes it, without identifier and split.

    Attributes:
        text: Text of the question.
        answer: The gold answer.
        steps: Exact solution in order; the last step's value is the answer.
        key: Canonical key of the computation, whatever its wording. Items that differ only in
            operand order, sides of an equation or wording have the same key, also across families
            (`add:3,7` for 3 + 7 and 7 + 3 in whichever family).
        difficulty: Larger is harder; the scale is the family's own.
        meta: Other private columns, such as the operands a scratchpad works on.
        choices: Options of a multiple-choice question; empty otherwise.
        context: A passage or table that the question is about; empty when there is none.
    """

    text: str
    answer: str
    steps: tuple[Step, ...]
    key: str
    difficulty: float
    meta: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])
    choices: tuple[str, ...] = ()
    context: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A generated problem with its exact solution.

    Attributes:
        problem: Question, gold and split; `meta` has `family`, `key`, `difficulty` and the draft's
            own `meta`.
        steps: Exact solution in order; the last step's value is the gold answer.
        key: Canonical key (see `Draft`); it decides the split.
    """

    problem: Problem
    steps: tuple[Step, ...]
    key: str


class Family(Protocol):
    """A generator of one kind of problem, any number of them."""

    @property
    def name(self) -> str:
        """Registered name."""
        ...

    @property
    def version(self) -> int:
        """Version number, raised whenever the same seed would write another item."""
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
