"""One method for the test and the interval of a paired difference, so that they always agree.

Two arms that answer the same problems agree on most of them; only the problems where they differ
say which is better. A paired test therefore needs a fraction of the items that a comparison of two
separate accuracies needs. For the printed sentence, see `verdict`.

The test is McNemar's (Psychometrika 12, 1947) in its exact form, which never rejects too often;
the interval is Fay and Lumbard's (Stat Med 40, 2021; see `melding`), which leaves out 0 exactly
when the test rejects. The mid-p form would find a little more, and rejects equal arms in up to 7%
(n = 8). Where problems come in clusters, both are given as many problems as the clusters are worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from underdog.errors import UsageError
from underdog.measure.beta import Floats
from underdog.measure.clustering import worth
from underdog.measure.intervals import Estimate, Interval, check_level
from underdog.measure.melding import difference_low, one_sided

_HALVINGS = 20
_HIGHEST_RATE = 0.99


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Mean of left minus right with its interval, and the test that it is 0.

    Attributes:
        difference: Share right of left minus that of right, in [-1, 1].
        p_value: Two-sided p-value; at most 1 - level exactly when the interval leaves out 0.
        worth: Number of independent problems that the problems are worth; n without clusters.
    """

    difference: Estimate
    p_value: float
    worth: float


def mcnemar(left_only: float, right_only: float) -> float:
    """Two-sided p-value that both arms are equally good, from the problems where they differ.

    Args:
        left_only: Problems that only the left arm got right; need not be whole.
        right_only: Problems that only the right arm got right.

    Raises:
        UsageError: A count is negative.

    Example:
        >>> mcnemar(1, 9)
        0.021484375
    """
    if left_only < 0 or right_only < 0:
        raise UsageError(f"counts {left_only} and {right_only}; neither may be negative")
    more, fewer = max(left_only, right_only), min(left_only, right_only)
    return min(1.0, 2.0 * one_sided(more, fewer))


def paired_difference(
    left: Sequence[float],
    right: Sequence[float],
    *,
    groups: Sequence[str] | None = None,
    level: float = 0.95,
) -> PairedDifference:
    """Compare two arms over the same problems.

    Args:
        left: 1 for a right answer of the left arm, else 0, one per problem.
        right: The same for the right arm, in the same order.
        groups: Cluster of each problem, from `clustering.clusters_of`; `None`: independent.
        level: Confidence level.

    Raises:
        UsageError: The two are not equally long, or empty, or a mark is neither 0 nor 1.
    """
    if len(left) != len(right) or not left:
        raise UsageError(
            f"{len(left)} marks against {len(right)}; pair them on the same problems, one or more"
        )
    marks = np.asarray([left, right], dtype=np.float64)
    if not bool(np.isin(marks, (0.0, 1.0)).all()):
        raise UsageError("a mark is neither 0 nor 1; compare right answers, not graded scores")
    check_level(level)
    data = marks[0] - marks[1]
    weight = _weight(data, groups, level)
    low, high = _ends(data, weight, level)
    return PairedDifference(
        Estimate(float(data.mean()), Interval(low, high, level, "melded")),
        _p_value(data, groups),
        weight * len(data),
    )


def _weight(data: Floats, groups: Sequence[str] | None, level: float) -> float:
    return worth(data - data.mean(), np.abs(data), groups, level)


def _counts(data: Floats, weight: float) -> tuple[float, float]:
    return float((data > 0).sum()) * weight, float((data < 0).sum()) * weight


def _ends(data: Floats, weight: float, level: float) -> tuple[float, float]:
    left_only, right_only = _counts(data, weight)
    tail, n = (1.0 - level) / 2.0, len(data) * weight
    return (
        difference_low(left_only, right_only, n, tail),
        -difference_low(right_only, left_only, n, tail),
    )


def _p_value(data: Floats, groups: Sequence[str] | None) -> float:
    """The largest error rate at which the test does not reject.

    What clusters are worth depends on that rate (few clusters say less about rarer errors), so the
    rate is searched for: at a higher one the test rejects, and the interval leaves out 0.
    """
    if groups is None:
        return mcnemar(*_counts(data, 1.0))
    low, high = 0.0, _HIGHEST_RATE
    for _ in range(_HALVINGS):
        rate = (low + high) / 2.0
        if mcnemar(*_counts(data, _weight(data, groups, 1.0 - rate))) <= rate:
            high = rate
        else:
            low = rate
    return 1.0 if low > _HIGHEST_RATE - 1e-6 else high
