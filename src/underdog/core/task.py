"""The seam to tasks: sources of problems, with the forms and the checker that fit them."""

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
        """Names of the task's splits, such as `train`, `dev`, `test`."""
        ...

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of the forms that fit the task; the first is the default."""
        ...

    @property
    def checker(self) -> Checker:
        """Checker that reads, compares and grades the task's answers."""
        ...

    def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
        """The first `limit` problems of a split (all for `None`), in their fixed order."""
        ...

    def shots(self, form: str) -> Sequence[Shot] | None:
        """The task's own worked examples for a form; `None` takes the form's."""
        ...
