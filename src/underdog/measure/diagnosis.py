"""Where right answers are lost: never sampled, or sampled and not chosen.

Coverage is the share of problems with at least one right sample (pass@n, an oracle bound). The gap
between one sample's accuracy and coverage is the gain of a perfect choosing rule; a real rule
closes some share of it. A narrow gap calls for training or more diverse samples; a wide gap of
which little is closed, for a better verifier. The share is negative when a rule is worse than one
sample.
"""

from dataclasses import dataclass

import numpy as np

from underdog.errors import DataError
from underdog.measure.bootstrap import Floats, bootstrap, bootstrap_mean, clusters_of
from underdog.measure.intervals import Estimate
from underdog.measure.results import ArmResult
from underdog.measure.summary import accuracy
from underdog.measure.verdict import paired_items
from underdog.seeds import derive


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Accuracy of one sample, of a choosing rule, and of a perfect one.

    Attributes:
        name: Name of the arm whose choosing rule is diagnosed.
        one_sample: Accuracy of a single sample.
        selected: Accuracy of the rule's choices.
        coverage: Share of problems with a right sample (oracle bound).
        closed: Share of the gap between one sample and coverage that the rule closes; `None`
            when there is no gap.
    """

    name: str
    one_sample: Estimate
    selected: Estimate
    coverage: Estimate
    closed: Estimate | None

    def sentence(self) -> str:
        """The finding in words."""
        if self.closed is None:
            return (
                f"{self.name}: coverage ({self.coverage.value:.1%}) is no higher than one sample's "
                "accuracy, so no choosing rule can help."
            )
        ends = self.closed.interval
        return (
            f"{self.name} closes {self.closed.value:.0%} ({ends.level:.0%} interval {ends.low:.0%} "
            f"to {ends.high:.0%}) of the gap between one sample ({self.one_sample.value:.1%}) and "
            f"coverage ({self.coverage.value:.1%}, oracle bound)."
        )


def diagnose(
    one_sample: ArmResult,
    selected: ArmResult,
    coverage: ArmResult,
    *,
    seed: int = 0,
    level: float = 0.95,
) -> Diagnosis:
    """Diagnose a choosing rule from three arms over the same problems and the same samples.

    Args:
        one_sample: One sample per problem, no choice: each item's score is the share right among
            the samples of its problem.
        selected: The choosing rule.
        coverage: The oracle that picks a right sample where there is one.
        seed: Root of the resampling seeds.
        level: Confidence level.

    Raises:
        DataError: The arms differ in their problems, or `coverage` is not marked as an oracle
            bound.
    """
    if not coverage.oracle_bound:
        raise DataError(f"{coverage.name} is not marked as an oracle bound; pass the pass@n arm")
    chosen = dict((one.problem_id, two) for one, two in paired_items(one_sample, selected))
    rows = [(one, chosen[one.problem_id], most) for one, most in paired_items(one_sample, coverage)]
    columns = [[float(row[place].right) for row in rows] for place in range(3)]
    columns[0] = [one.score for one, _, _ in rows]
    closed = None
    if sum(columns[2]) > sum(columns[0]):
        closed = bootstrap(
            columns,
            _share_closed,
            seed=derive(seed, "diagnose", selected.name),
            groups=clusters_of([one.group for one, _, _ in rows]),
            level=level,
        )
    return Diagnosis(
        name=selected.name,
        one_sample=bootstrap_mean(
            columns[0],
            seed=derive(seed, "one sample", selected.name),
            groups=clusters_of([one.group for one, _, _ in rows]),
            level=level,
        ),
        selected=accuracy(selected.items, seed=seed, level=level),
        coverage=accuracy(coverage.items, seed=seed, level=level),
        closed=closed,
    )


def _share_closed(sums: Floats) -> Floats:
    """Gain of the rule over the gain of a perfect one; 0 where a resample has no gap."""
    gap = sums[:, 2] - sums[:, 0]
    out = np.zeros(sums.shape[0])
    np.divide(sums[:, 1] - sums[:, 0], gap, out=out, where=gap > 0)
    return out
