"""Where right answers are lost: never sampled, or sampled and not chosen.

Coverage is the share of problems with at least one right sample (pass@n, an oracle bound). The gap
between one sample's accuracy and coverage is the gain of a perfect choosing rule; a real rule
closes some share of it. A narrow gap calls for training or more diverse samples; a wide gap of
which little is closed, for a better verifier. The share is negative when a rule is worse than one
sample. Its interval knows that the gap itself rests on few problems (see `melding`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from underdog.errors import DataError
from underdog.measure.clustering import clusters_of, share_of, worth
from underdog.measure.intervals import Estimate, Interval
from underdog.measure.melding import closed_ends
from underdog.measure.results import ArmResult
from underdog.measure.summary import accuracy
from underdog.measure.verdict import paired_items

FEWEST_GAPS = 8


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Accuracy of one sample, of a choosing rule, and of a perfect one.

    Attributes:
        name: Name of the arm whose choosing rule is diagnosed.
        one_sample: Accuracy of a single sample.
        selected: Accuracy of the rule's choices.
        coverage: Share of problems with a right sample (oracle bound).
        gap: Coverage less one sample's accuracy.
        closed: Share of the gap that the rule closes; `None` when the gap is of fewer than
            `FEWEST_GAPS` problems (or worth fewer, in clusters): too few to tell.
        n: Number of problems.
    """

    name: str
    one_sample: Estimate
    selected: Estimate
    coverage: Estimate
    gap: Estimate
    closed: Estimate | None
    n: int

    def sentence(self) -> str:
        """The finding in words."""
        one, most = f"{self.one_sample.value:.1%}", f"{self.coverage.value:.1%}, oracle bound"
        if self.gap.value <= 0.0:
            most_of_all = self.gap.interval.high
            return (
                f"{self.name}: coverage ({most}) is no higher than one sample's accuracy on these "
                f"{self.n:,} problems, so no choosing rule could have helped on them; a gap of up "
                f"to {most_of_all:.1%} of all problems is not ruled out."
            )
        if self.closed is None:
            return (
                f"{self.name}: the gap between one sample ({one}) and coverage ({most}) is of too "
                f"few of the {self.n:,} problems to tell what share of it is closed."
            )
        ends = self.closed.interval
        return (
            f"{self.name} closes {self.closed.value:.0%} ({ends.level:.0%} interval {ends.low:.0%} "
            f"to {ends.high:.0%}) of the gap between one sample ({one}) and coverage ({most})."
        )


def diagnose(
    one_sample: ArmResult, selected: ArmResult, coverage: ArmResult, *, level: float = 0.95
) -> Diagnosis:
    """Diagnose a choosing rule from three arms over the same problems and the same samples.

    Args:
        one_sample: One sample per problem, no choice: each item's score is the share right among
            the samples of its problem.
        selected: The choosing rule.
        coverage: The oracle that picks a right sample where there is one.
        level: Confidence level.

    Raises:
        DataError: The arms differ in their problems, or `coverage` is not marked as an oracle
            bound.
    """
    if not coverage.oracle_bound:
        raise DataError(f"{coverage.name} is not marked as an oracle bound; pass the pass@n arm")
    chosen = dict((one.problem_id, two) for one, two in paired_items(one_sample, selected))
    rows = [(one, chosen[one.problem_id], most) for one, most in paired_items(one_sample, coverage)]
    groups = clusters_of([one.group for one, _, _ in rows])
    samples = [one.score for one, _, _ in rows]
    rule = [float(two.right) for _, two, _ in rows]
    gaps = [max(0.0, float(most.right) - one.score) for one, _, most in rows]
    return Diagnosis(
        name=selected.name,
        one_sample=share_of(samples, groups, level),
        selected=accuracy(selected.items, level=level),
        coverage=accuracy(coverage.items, level=level),
        gap=share_of(gaps, groups, level),
        closed=_closed(samples, rule, gaps, groups, level) if sum(gaps) > 0.0 else None,
        n=len(rows),
    )


def _closed(
    samples: Sequence[float],
    rule: Sequence[float],
    gaps: Sequence[float],
    groups: Sequence[str] | None,
    level: float,
) -> Estimate | None:
    one, chosen, gap = (np.asarray(values, dtype=np.float64) for values in (samples, rule, gaps))
    value = float((chosen - one).sum() / gap.sum())
    weight = worth(chosen - one - value * gap, gap, groups, level)
    if weight * float(gap.sum()) < FEWEST_GAPS:
        return None
    low, high = closed_ends(
        weight * float((gap * chosen).sum()),
        weight * float((gap * (1.0 - chosen)).sum()),
        weight * float((one * (1.0 - chosen)).sum()),
        level,
    )
    return Estimate(value, Interval(low, high, level, "melded"))
