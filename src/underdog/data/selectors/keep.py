"""Amount of a data set to keep: a share or a count."""

import re
from dataclasses import dataclass

from underdog.errors import ConfigError

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Keep:
    """Amount of examples to keep; exactly one of `share` and `count` is given.

    Attributes:
        share: Share of all examples, above 0 and at most 1.
        count: Number of examples, at least 1.
    """

    share: float | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        if (self.share is None) == (self.count is None):
            raise ConfigError("give either a share or a count of examples to keep")
        if self.share is not None and not 0 < self.share <= 1:
            raise ConfigError(f"the share to keep must be above 0 and at most 1, got {self.share}")
        if self.count is not None and self.count < 1:
            raise ConfigError(f"at least 1 example must be kept, got {self.count}")

    @classmethod
    def parse(cls, text: str) -> "Keep":
        """Read `10%`, `0.1` (a share) or `5000` (a count).

        Raises:
            ConfigError: The text is no share above 0 and at most 1, and no positive count.

        Example:
            >>> Keep.parse("10%").of(2_000)
            200
        """
        cleaned = text.strip().replace("_", "")
        if percent := _PERCENT.fullmatch(cleaned):
            return cls(share=float(percent[1]) / 100)
        if _NUMBER.fullmatch(cleaned):
            return cls(share=float(cleaned)) if "." in cleaned else cls(count=int(cleaned))
        raise ConfigError(f"cannot read {text!r}; say how much to keep as 10%, 0.1 or 5000")

    def of(self, total: int) -> int:
        """Number of examples to keep of `total`; a share is rounded down, but to at least 1."""
        if self.count is not None:
            return min(self.count, total)
        share = self.share or 0.0
        return min(total, max(1, int(share * total + 1e-9))) if total else 0
