"""Training items that repeat a test item: one hit, and counts by test set and by rule."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from underdog.data.decontamination.rules import Rule

Counts: TypeAlias = Mapping[str, Mapping[str, int]]
"""Counts by two names, such as test set and rule."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A test item that a text repeats.

    Attributes:
        benchmark: Test set of the item: task and split, or a file's name.
        item: The test item's id.
        rule: The strictest rule that found it.
        share: For the rule `template`, the share of the test item's runs of content words that
            are in the text; 1 for the other rules.
        excerpt: The first shared run of words, as written in the text; may be empty.
    """

    benchmark: str
    item: str
    rule: Rule
    share: float
    excerpt: str

    def __str__(self) -> str:
        """The hit in one line."""
        seen = f": {self.excerpt!r}" if self.excerpt else f" ({self.share:.0%} of its content)"
        return f"{self.rule} match with {self.item} of {self.benchmark}{seen}"


@dataclass(frozen=True, slots=True)
class RepeatCount:
    """Number of items that repeat a test item.

    Attributes:
        total: Number of items.
        by_benchmark: Number of items by test set, the most frequent first.
        by_rule: Number of items by rule, the most frequent first.
    """

    total: int = 0
    by_benchmark: Mapping[str, int] = field(default_factory=dict[str, int])
    by_rule: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, parts: Iterable[Counts]) -> "RepeatCount":
        """Sum of several counts, each by test set and rule."""
        by_benchmark, by_rule = Counter[str](), Counter[str]()
        for counts in parts:
            for benchmark, rules in counts.items():
                by_benchmark[benchmark] += sum(rules.values())
                by_rule.update(rules)
        return cls(by_rule.total(), dict(by_benchmark.most_common()), dict(by_rule.most_common()))


def counted(before: Counts, found: Iterable[tuple[str, str]]) -> Counts:
    """Counts by two names, with one added for each pair in `found`."""
    counts = {first: dict(seconds) for first, seconds in before.items()}
    for first, second in found:
        seconds = counts.setdefault(first, {})
        seconds[second] = seconds.get(second, 0) + 1
    return counts


def with_repeats(before: Counts, found: Iterable[Repeat]) -> Counts:
    """Counts by test set and rule, with one added for each repeat in `found`."""
    return counted(before, ((one.benchmark, one.rule) for one in found))
