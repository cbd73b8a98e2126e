"""The seam to tasks: where problems come from and how they are asked and graded."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from underdog.core.checker import Checker
from underdog.core.problem import Problem
from underdog.core.prompt import Shot


class Task(Protocol):
    """A source of problems with checkable answers."""

    @property
    def name(self) -> str:
        """Registered or user-given name."""
        ...

    @property
    def splits(self) -> tuple[str, ...]:
        """Parts that it has, such as `train`, `dev`, `test`."""
        ...

    @property
    def forms(self) -> tuple[str, ...]:
        """Forms that make sense for it; the first is the default."""
        ...

    @property
    def checker(self) -> Checker:
        """How its answers are read and compared."""
        ...

    def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
        """Problems of a split in their fixed order, the first `limit` of them."""
        ...

    def shots(self, form: str) -> Sequence[Shot] | None:
        """The task's own worked examples for a form; `None` leaves it to the form."""
        ...
