"""The seam to grading: reading answers, canonical keys, equality, verdicts against gold."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from underdog.core.problem import Problem, Question

GradeStatus: TypeAlias = Literal["right", "wrong", "undecided"]


@dataclass(frozen=True, slots=True)
class Extraction:
    r"""An answer read from a reply by two rules.

    Attributes:
        strict: Read where the format asks for it (after `####`, inside `\boxed{}`, …).
        flexible: Read by the lenient rule (often the last number); equals `strict` when that
            was found.
    """

    strict: str | None
    flexible: str | None


@dataclass(frozen=True, slots=True)
class Grade:
    """Verdict of a grader that saw the gold answer.

    Attributes:
        status: `undecided` when grading itself failed (time-out, unsupported program); it is
            counted apart and never silently as wrong.
        score: 1 for right, 0 for wrong; text checkers may give partial credit in [0, 1].
        detail: Reason for the verdict, in one line.
    """

    status: GradeStatus
    score: float
    detail: str = ""


class Checker(Protocol):
    """Everything that a task says about answers. Never raises, never hangs; thread-safe."""

    @property
    def name(self) -> str:
        """Registered name, such as `numeric`."""
        ...

    def extract(self, reply: str, question: Question) -> Extraction:
        """Read the answer from a reply."""
        ...

    def vote_key(self, answer: str, question: Question) -> str:
        """Canonical key: two answers that are equal share it. Sees no gold."""
        ...

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Whether two answers have the same value; sees no gold."""
        ...

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Whether an answer is right. For evaluation and data filters only: it reads the gold."""
        ...
