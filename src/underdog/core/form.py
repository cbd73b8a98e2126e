"""The seam to forms: how a solution is written down, asked for, and read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from underdog.core.checker import Checker
from underdog.core.item import Item
from underdog.core.problem import Question
from underdog.core.prompt import Prompt, Shot
from underdog.core.sandbox import Sandbox
from underdog.core.solution import SolutionStatus


@dataclass(frozen=True, slots=True)
class Reading:
    """Answer and status that a form read from a reply.

    Attributes:
        answer: The answer, the program's result where the form executes one; `None` unless
            `status` is `ok`.
        status: Whether an answer was read, else why not.
        strict: Whether the answer stood where the form asks for it.
        detail: Error message, such as an exception of the program; empty without one.
    """

    answer: str | None
    status: SolutionStatus
    strict: bool = True
    detail: str = ""


class Form(Protocol):
    """One way to write a solution down."""

    @property
    def name(self) -> str:
        """Registered name, such as `cot`."""
        ...

    @property
    def stop(self) -> tuple[str, ...]:
        """Strings that end a reply in this form, on an engine that continues its opening.

        An engine that may begin anew (`EngineInfo.continues` is false) is given none.
        """
        ...

    @property
    def max_tokens(self) -> int:
        """Default limit on the length of a reply in this form, in tokens."""
        ...

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Prompt that asks for a solution in this form; its prefix may open the reply.

        Args:
            question: The question.
            shots: Worked examples; `None` takes the form's own, an empty sequence means none.
        """
        ...

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Answer of a whole reply (its opening included), executed where the form is a program.

        The reply may begin anew instead of continuing the opening, and may go on after its answer.
        """
        ...

    def render(self, item: Item) -> str | None:
        """The item's own solution as a whole reply in this form, its opening included.

        `read` finds the item's gold answer in it. `None` when the item has no solution in this
        form.
        """
        ...
