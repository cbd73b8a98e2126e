"""A task of one question without a gold answer, for `underdog solve`.

Nothing can be graded; the checker only reads answers and casts votes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from underdog.core import Checker, Problem, Question, Shot


@dataclass(frozen=True, slots=True)
class SingleQuestion:
    """One question as a task.

    Attributes:
        text: Text of the question.
        checker: Checker that reads and compares the answers.
        forms: Forms that suit the question, the default first.
        name: Name of the task, part of the question and of its seeds.
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
        """`None`: the form's own worked examples are used."""
        return None


def asked(text: str, task: str) -> Question:
    """A question of the user's own, labelled with the name of a task."""
    return Question(id="asked", task=task, text=text)
