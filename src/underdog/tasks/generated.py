"""A family of generators as a task: fresh problems that `solve` and `challenge` can be asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from underdog.core import Checker, Problem, Shot
from underdog.core.item import Family
from underdog.generators.drawing import SHARES, distinct, generate
from underdog.grading import open_checker

_SIZE = 1_000


@dataclass(frozen=True, slots=True)
class GeneratedTask:
    """Problems of a family, each once, in a fixed order.

    Attributes:
        family: Generator of the problems.
        checker: Checker of the answers.
        seed: Seed of the draws; another seed gives other problems of the same splits.
    """

    family: Family
    checker: Checker
    seed: int = 0

    @property
    def name(self) -> str:
        """The family's name."""
        return self.family.name

    @property
    def splits(self) -> tuple[str, ...]:
        """`train`, `dev` and `test`; the split of a problem follows from its canonical key."""
        return tuple(SHARES)

    @property
    def forms(self) -> tuple[str, ...]:
        """The family's forms."""
        return self.family.forms

    def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
        """The first `limit` problems of a split, 1,000 when `limit` is `None`.

        Raises:
            UnknownNameError: No such split.
            DataError: The family has no item of this split.
        """
        items = distinct(generate(self.family, split, self.seed))
        for item in islice(items, _SIZE if limit is None else limit):
            yield item.problem

    def shots(self, form: str) -> Sequence[Shot] | None:
        """`None`: the form's own worked examples are used."""
        return None


def as_task(family: Family) -> GeneratedTask:
    """The task of a family, with the checker that the family names."""
    return GeneratedTask(family, open_checker(family.checker))
