"""Replies that are shown while they are written."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from underdog.core.completion import Completion
from underdog.core.engine import GenerateRequest


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply.

    Attributes:
        text: What was added: whole characters, nothing that a stop string may still take back.
        completion: The finished reply, in the last piece only.
    """

    text: str
    completion: Completion | None = None


class Streams(Protocol):
    """An ability that an engine may have beside those of `Engine`."""

    def stream(self, request: GenerateRequest) -> AsyncIterator[Piece]:
        """The pieces of one row; put together they are the text of its completion."""
        ...
