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
    """What a form read from a reply.

    Attributes:
        answer: The answer, executed where the form calls for it; `None` unless `status` is `ok`.
        status: Whether an answer was read, else why not.
        strict: Whether it stood where the form asks for it.
        detail: The error text when there is one.
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
        """Strings that end a reply in this form."""
        ...

    @property
    def max_tokens(self) -> int:
        """Room that a reply in this form needs."""
        ...

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for a solution in this form, the reply opened where that helps.

        Args:
            question: What to ask.
            shots: Worked examples; `None` takes the form's own, an empty sequence none.
        """
        ...

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Parse a whole reply (its opening included) and execute it where the form calls for it."""
        ...

    def render(self, item: Item) -> str | None:
        """The item's own solution as a whole reply in this form, its opening included.

        What `read` reads from it is the item's gold answer. `None` when the form makes no sense
        for the item.
        """
        ...
