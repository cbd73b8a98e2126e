"""Quality of each teacher's samples: coverage, diversity, false positives, and their cost.

The three measures of Smaller, Weaker, Yet Better (arXiv 2408.16737). A false positive has the right
answer by wrong reasoning. The count here is a lower bound: solutions with a false equation, and
programs that only state their answer; in the paper, people or a judge model read the reasoning.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from underdog.core import Usage
from underdog.data.sources.collecting.collection import Collection
from underdog.data.sources.source import Record
from underdog.measure.clustering import clusters_of, share_of
from underdog.measure.intervals import Interval, exact_interval


@dataclass(frozen=True, slots=True)
class SamplingReport:
    """The samples of one teacher for one set of problems.

    Attributes:
        teacher: Role of the engine.
        num_problems: Sampled problems.
        num_samples: All samples.
        num_right: Samples with the right answer.
        num_covered: Problems with at least one right sample.
        num_distinct: Right samples that differ within their problem.
        num_flawed: Right samples with a detected fault in the reasoning.
        false_positives_interval: 95% interval of the share of right samples that are flawed,
            samples of one problem taken together; `None` without right samples.
        usage: Cost of the samples.
    """

    teacher: str
    num_problems: int
    num_samples: int
    num_right: int
    num_covered: int
    num_distinct: int
    num_flawed: int
    false_positives_interval: Interval | None
    usage: Usage

    @property
    def coverage(self) -> float:
        """Share of problems with at least one right sample."""
        return self.num_covered / self.num_problems

    @property
    def coverage_interval(self) -> Interval:
        """95% interval of the coverage."""
        return exact_interval(self.num_covered, self.num_problems)

    @property
    def diversity(self) -> float:
        """Mean number of different right solutions per problem."""
        return self.num_distinct / self.num_problems

    @property
    def false_positives(self) -> float | None:
        """Share of right samples that are flawed; `None` without right samples."""
        return self.num_flawed / self.num_right if self.num_right else None


def sampling_report(collection: Collection) -> list[SamplingReport]:
    """One report per teacher of a `matched` collection, by role."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in collection.records:
        if "right" in record.tags:
            groups[record.teacher].append(record)
    return [_report(teacher, groups[teacher]) for teacher in sorted(groups)]


def _report(teacher: str, records: Sequence[Record]) -> SamplingReport:
    right = [record for record in records if record.tags["right"]]
    flaws = [float(bool(record.tags["flaw"])) for record in right]
    problems = clusters_of([str(record.seed) for record in right])
    return SamplingReport(
        teacher=teacher,
        num_problems=len({record.seed for record in records}),
        num_samples=len(records),
        num_right=len(right),
        num_covered=len({record.seed for record in right}),
        num_distinct=len({(record.seed, record.tags["way"]) for record in right}),
        num_flawed=int(sum(flaws)),
        false_positives_interval=share_of(flaws, problems).interval if right else None,
        usage=sum((record.usage for record in records), Usage()),
    )
