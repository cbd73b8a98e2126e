"""Faults found in a data set, and what could not be checked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of fault in a data set.

    Attributes:
        what: The fault, in a few words.
        count: Number of occurrences.
        first: Id of the first faulty row, or the first faulty file.
    """

    what: str
    count: int
    first: str


@dataclass(slots=True)
class Findings:
    """Faults and gaps of a check, collected in order.

    Attributes:
        found: Faults.
        unchecked: What could not be checked, each in one sentence.
    """

    found: list[Finding] = field(default_factory=list[Finding])
    unchecked: list[str] = field(default_factory=list[str])

    def add(self, what: str, where: Sequence[str]) -> None:
        """Add a fault with the rows or files that have it; none is no fault."""
        if where:
            self.found.append(Finding(what, len(where), where[0]))

    def told(self, name: str, told: object, counted: object, where: str = "card.json") -> None:
        """Add a fault when the card says another thing than was counted."""
        if told != counted:
            self.add(f"card says {brief(told)} {name}, counted {brief(counted)}", [where])

    def unless(self, holds: bool, what: str, where: str = "card.json") -> None:
        """Add a fault unless something holds."""
        if not holds:
            self.add(what, [where])

    def gap(self, sentences: Iterable[str]) -> None:
        """Add what could not be checked."""
        self.unchecked += [one for one in sentences if one not in self.unchecked]


def brief(value: object) -> str:
    """A value in a few characters."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
