"""A problem, and the part of it that a solver may see.

`Question` is what strategies, verifiers and prompts receive. `Problem` wraps a question together
with the gold answer; only oracles, graders and data filters receive problems. Keeping the gold in
another type, rather than in an optional field, lets the type checker prove that it stays out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

JSONValue: TypeAlias = "str | int | float | bool | list[JSONValue] | dict[str, JSONValue] | None"


@dataclass(frozen=True, slots=True)
class Question:
    """A problem without its answer.

    Attributes:
        id: Unique within its task; stable across runs.
        task: Name of the task that the question belongs to.
        text: Text of the question.
        choices: Options of a multiple-choice question, in order A, B, C, …; empty otherwise.
        context: A passage the question is about; empty when there is none.
        fields: Other public columns a prompt may need, such as a function's entry point.
    """

    id: str
    task: str
    text: str
    choices: tuple[str, ...] = ()
    context: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Problem:
    """A question with its gold answer and the other columns that a solver must not see.

    Attributes:
        question: The public part.
        gold: Gold answer as the task writes it; `None` when it is not known.
        split: `train`, `dev`, `test`, or the task's own name for the part it comes from.
        meta: Private columns: difficulty, group, hidden tests, reference solution.
    """

    question: Question
    gold: str | None = None
    split: str = ""
    meta: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])

    @property
    def id(self) -> str:
        """The question's id."""
        return self.question.id
