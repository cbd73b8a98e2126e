"""One training item: ordered pieces of text with their roles and loss weights.

The weights, never trainer code, decide which tokens count in the loss: a prompt has weight 0, a
solution 1; partial masking, hint decay and prompt erasing are other weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from underdog.core.problem import JSONValue
from underdog.core.prompt import Message, Role


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a training item's text, with role and loss weight.

    Attributes:
        text: The text, verbatim; segments of one turn are joined without a separator.
        role: Speaker of the turn; a change of role starts a new turn.
        weight: Loss weight of its tokens, 0 for text that is only read.
    """

    text: str
    role: Role
    weight: float


def reply_learned(turns: Sequence[Message]) -> tuple[Segment, ...]:
    """Segments of a conversation: the last turn has weight 1, the turns before it weight 0."""
    last = len(turns) - 1
    return tuple(
        Segment(turn.content, turn.role, float(place == last)) for place, turn in enumerate(turns)
    )


@dataclass(frozen=True, slots=True)
class Example:
    """One training item.

    Attributes:
        id: Unique within its data set.
        segments: The item's text in order.
        tags: Provenance and properties: `family`, `form`, `split`, `key`, `answer`, `difficulty`,
            `source`, `teacher`, ….
    """

    id: str
    segments: tuple[Segment, ...]
    tags: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation: neighbouring segments of the same role joined to one message."""
        turns: list[Message] = []
        for segment in self.segments:
            if turns and turns[-1].role == segment.role:
                turns[-1] = Message(segment.role, turns[-1].content + segment.text)
            else:
                turns.append(Message(segment.role, segment.text))
        return tuple(turns)

    @property
    def prompt(self) -> str:
        """All text before the first weighted segment, turns joined by blank lines."""
        read: list[str] = []
        for segment in self.segments:
            if segment.weight > 0:
                break
            read.append(segment.text)
        return "\n\n".join(read)

    @property
    def completion(self) -> str:
        """The text from the first weighted segment on."""
        for place, segment in enumerate(self.segments):
            if segment.weight > 0:
                return "".join(piece.text for piece in self.segments[place:])
        return ""
