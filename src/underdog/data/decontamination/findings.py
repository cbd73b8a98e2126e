"""Leaving contaminated examples out, and the account of which and why."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

from underdog.core.example import Example
from underdog.data.dataset.example_text import whole
from underdog.data.decontamination.hit import Hit
from underdog.data.decontamination.index import ContaminationIndex
from underdog.files import write_atomic

_BATCH = 2_048


@dataclass(frozen=True, slots=True)
class Contamination:
    """One example and the test items that it repeats.

    Attributes:
        example: Its id.
        hits: At least one, the strictest first.
    """

    example: str
    hits: tuple[Hit, ...]


@dataclass(slots=True)
class ContaminationReport:
    """What was found while a data set went by.

    Attributes:
        checked_against: Test sets and how many items each has.
        num_checked: Examples seen so far.
        findings: Of the examples that were left out.
    """

    checked_against: dict[str, int]
    num_checked: int = 0
    findings: list[Contamination] = field(default_factory=list[Contamination])

    @property
    def by_rule(self) -> Counter[str]:
        """Examples left out, by the strictest rule that found them."""
        return Counter(found.hits[0].rule for found in self.findings)

    @property
    def by_benchmark(self) -> Counter[str]:
        """Examples left out, by every test set that they repeat."""
        return Counter(
            name for found in self.findings for name in {h.benchmark for h in found.hits}
        )

    def write(self, path: Path) -> None:
        """Write one line of JSON per hit, after a line with the totals."""
        total = {
            "checked": self.num_checked,
            "left_out": len(self.findings),
            "by_rule": dict(sorted(self.by_rule.items())),
            "by_benchmark": dict(sorted(self.by_benchmark.items())),
            "checked_against": self.checked_against,
        }
        lines = [
            json.dumps({"example": found.example} | asdict(hit), ensure_ascii=False)
            for found in self.findings
            for hit in found.hits
        ]
        text = "\n".join([json.dumps(total, ensure_ascii=False), *lines]) + "\n"
        write_atomic(path, lambda file: file.write(text.encode("utf-8", "replace")))


def decontaminate(
    examples: Iterable[Example], index: ContaminationIndex, report: ContaminationReport
) -> Iterator[Example]:
    """The examples that repeat no test item, in order; streams.

    Args:
        examples: All their text is looked at, prompts and solutions.
        index: Test sets to stay clear of.
        report: Filled in while the examples go by.
    """
    rest = iter(examples)
    while some := list(islice(rest, _BATCH)):
        for example, hits in zip(some, index.scan(map(whole, some)), strict=True):
            report.num_checked += 1
            if hits:
                report.findings.append(Contamination(example.id, tuple(hits)))
            else:
                yield example
