"""A task of one question whose answer nobody has written down: what `underdog solve` asks.

It has no gold, so nothing can be graded; the checker only reads answers and casts votes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from underdog.core import Checker, Problem, Question, Shot


@dataclass(frozen=True, slots=True)
class SingleQuestion:
    """One question as a task.

    Attributes:
        text: What is asked.
        checker: How answers are read and compared.
        forms: Forms that make sense for it, the default first.
        name: Name of the task.
    """

    text: str
    checker: Checker
    forms: tuple[str, ...] = ("cot", "answer")
    name: str = "question"

    @property
    def splits(self) -> tuple[str, ...]:
        """One split, `asked`."""
        return ("asked",)

    def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
        """The question as a problem without gold."""
        if limit is None or limit > 0:
            yield Problem(asked(self.text, self.name), split=split)

    def shots(self, form: str) -> Sequence[Shot] | None:
        """None of its own."""
        return None


def asked(text: str, task: str) -> Question:
    """A question that is in no data set, asked as `task` asks its own."""
    return Question(id="asked", task=task, text=text)
