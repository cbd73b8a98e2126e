"""Items that are left out because they repeat a test item, counted by test set and by rule."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Counts: TypeAlias = Mapping[str, Mapping[str, int]]
"""How many, by two names."""


@dataclass(frozen=True, slots=True)
class NumberedCopy:
    """An item of a pool that repeats a test item.

    Attributes:
        number: Its number in the pool.
        benchmark: Whose test item it repeats.
        rule: The rule that found it.
    """

    number: int
    benchmark: str
    rule: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was left out of a data set.

    Attributes:
        total: How many items.
        by_benchmark: By test set, the most frequent first.
        by_rule: By rule, the most frequent first.
    """

    total: int
    by_benchmark: Mapping[str, int]
    by_rule: Mapping[str, int]

    @classmethod
    def of(cls, parts: Iterable[Counts]) -> "LeftOut":
        """The sum of counts by test set and rule."""
        by_benchmark, by_rule = Counter[str](), Counter[str]()
        for counts in parts:
            for benchmark, rules in counts.items():
                by_benchmark[benchmark] += sum(rules.values())
                by_rule.update(rules)
        return cls(by_rule.total(), dict(by_benchmark.most_common()), dict(by_rule.most_common()))


def counted(before: Counts, found: Iterable[tuple[str, str]]) -> Counts:
    """Counts by two names, with what was found added."""
    counts = {first: dict(seconds) for first, seconds in before.items()}
    for first, second in found:
        seconds = counts.setdefault(first, {})
        seconds[second] = seconds.get(second, 0) + 1
    return counts
