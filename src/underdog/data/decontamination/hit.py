"""One finding: which test item a text repeats, by which rule, and where."""

from dataclasses import dataclass

from underdog.data.decontamination.rules import Rule


@dataclass(frozen=True, slots=True)
class Hit:
    """A test item that a text repeats.

    Attributes:
        benchmark: Whose test item it is: task and split.
        item: The test item's id.
        rule: The strictest rule that found it.
        share: For the template rule, the share of the item's content that is in the text; 1 for
            the others.
        excerpt: The words of the text that are the same, as far as they stand together.
    """

    benchmark: str
    item: str
    rule: Rule
    share: float
    excerpt: str

    def __str__(self) -> str:
        """In one line."""
        seen = f": {self.excerpt!r}" if self.excerpt else f" ({self.share:.0%} of its content)"
        return f"{self.rule} match with {self.item} of {self.benchmark}{seen}"
