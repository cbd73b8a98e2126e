"""The seam to streaming: a reply handed out piece by piece while it is generated."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from underdog.core.completion import Completion
from underdog.core.engine import GenerateRequest


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a streamed reply.

    Attributes:
        text: Text added by this piece: whole characters, and none that may belong to a stop string.
        completion: The finished reply, in the last piece only.
    """

    text: str
    completion: Completion | None = None


class Streams(Protocol):
    """Engines that can also stream a completion."""

    def stream(self, request: GenerateRequest) -> AsyncIterator[Piece]:
        """Pieces of the completion of a request with one seed; their texts joined are its text."""
        ...
