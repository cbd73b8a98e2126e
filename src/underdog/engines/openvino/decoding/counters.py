"""Counts of the decoding loop's steps, rows and tokens."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Counts since the engine was opened.

    Attributes:
        steps: Calls of the decoder.
        slots: Places for rows in these calls, `max_rows` per step.
        rows: Places that were used, one per row and token.
        read_tokens: Prompt tokens that were computed.
        cached_tokens: Prompt tokens whose keys and values the prefix cache held already.
    """

    steps: int = 0
    slots: int = 0
    rows: int = 0
    read_tokens: int = 0
    cached_tokens: int = 0

    @property
    def useful(self) -> float:
        """Share of the slots that were used, from 0 to 1; 0 before the first step."""
        return self.rows / self.slots if self.slots else 0.0

    def since(self, earlier: "Counters") -> "Counters":
        """Differences to an earlier copy of the counts."""
        return Counters(
            self.steps - earlier.steps,
            self.slots - earlier.slots,
            self.rows - earlier.rows,
            self.read_tokens - earlier.read_tokens,
            self.cached_tokens - earlier.cached_tokens,
        )
