"""A prompt: a conversation, and the opening of the reply that an engine continues."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A conversation whose last, unfinished turn is the model's.

    An engine renders the messages with the model's chat template, opens the assistant's turn and
    appends `prefix` verbatim; what it generates continues that prefix. Step search and forms that
    open the reply (a code fence, `def solution():`) rest on this.

    Attributes:
        messages: The turns so far. For a base model without a template the contents are joined
            by blank lines.
        prefix: Text that the reply already starts with; a completion's text does not repeat it.
    """

    messages: tuple[Message, ...]
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Shot:
    """A worked example for few-shot prompts: a question and an ideal reply."""

    question: str
    reply: str
