"""Leaving out examples that repeat test items, with a report of which and why."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

from underdog.core.example import Example
from underdog.data.dataset.example_text import whole
from underdog.data.decontamination.index import ContaminationIndex
from underdog.data.decontamination.repeats import Repeat, RepeatCount
from underdog.files import write_atomic

_BATCH = 2_048


@dataclass(slots=True)
class ContaminationReport:
    """Examples that were left out of a stream, and the test items that they repeat.

    Attributes:
        checked_against: Number of items of each test set.
        num_checked: Examples compared so far.
        findings: Id of each example left out, and the test items it repeats, the strictest rule
            first.
    """

    checked_against: dict[str, int]
    num_checked: int = 0
    findings: list[tuple[str, list[Repeat]]] = field(default_factory=list[tuple[str, list[Repeat]]])

    @property
    def count(self) -> RepeatCount:
        """Number of examples left out: by each test set they repeat, and by the strictest rule."""
        names = Counter[str]()
        for _, hits in self.findings:
            names.update(dict.fromkeys((hit.benchmark for hit in hits), 1))
        rules = Counter[str](hits[0].rule for _, hits in self.findings)
        return RepeatCount(len(self.findings), dict(names.most_common()), dict(rules.most_common()))

    def write(self, path: Path) -> None:
        """Write one line of JSON per hit, after a line with the totals."""
        count = self.count
        total = {
            "checked": self.num_checked,
            "left_out": count.total,
            "by_rule": dict(sorted(count.by_rule.items())),
            "by_benchmark": dict(sorted(count.by_benchmark.items())),
            "checked_against": self.checked_against,
        }
        lines = [
            json.dumps({"example": example} | asdict(hit), ensure_ascii=False)
            for example, hits in self.findings
            for hit in hits
        ]
        text = "\n".join([json.dumps(total, ensure_ascii=False), *lines]) + "\n"
        write_atomic(path, lambda file: file.write(text.encode("utf-8", "replace")))


def decontaminate(
    examples: Iterable[Example], index: ContaminationIndex, report: ContaminationReport
) -> Iterator[Example]:
    """Yield the examples that repeat no test item, in order.

    Args:
        examples: Examples, compared with all their text, prompts and completions.
        index: Index of the test sets.
        report: Filled in during the iteration.
    """
    rest = iter(examples)
    while some := list(islice(rest, _BATCH)):
        for example, hits in zip(some, index.scan(map(whole, some)), strict=True):
            report.num_checked += 1
            if hits:
                report.findings.append((example.id, hits))
            else:
                yield example
