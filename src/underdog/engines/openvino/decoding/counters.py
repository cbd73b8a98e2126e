"""What the decoding loop has done so far, counted where it happens."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Counts since the engine was opened.

    Attributes:
        steps: Calls of the decoder.
        slots: Rows that these calls had room for.
        rows: Rows that they extended by a token.
        read_tokens: Prompt tokens that they read.
        cached_tokens: Prompt tokens that the prefix cache served instead.
    """

    steps: int = 0
    slots: int = 0
    rows: int = 0
    read_tokens: int = 0
    cached_tokens: int = 0

    @property
    def useful(self) -> float:
        """Share of the slots that a row was extended in; 0 before the first step."""
        return self.rows / self.slots if self.slots else 0.0

    def since(self, earlier: "Counters") -> "Counters":
        """What was done after an earlier look."""
        return Counters(
            self.steps - earlier.steps,
            self.slots - earlier.slots,
            self.rows - earlier.rows,
            self.read_tokens - earlier.read_tokens,
            self.cached_tokens - earlier.cached_tokens,
        )
