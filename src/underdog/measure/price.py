"""Price of a right answer: an arm's whole cost over its right answers, with an interval.

Both vary from problem to problem, and few right answers say little about how many there would be.
The interval of the ratio is recovered from those of its parts (Donner and Zou, Stat Methods Med
Res 21, 2012, with their correlation): the exact one of the share right, and a log-scale t interval
of the mean cost. No right answer leaves it open upwards ("more than"); one problem tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt

import numpy as np

from underdog.errors import UsageError
from underdog.measure.beta import Floats, student_t
from underdog.measure.clustering import cluster_sums, clusters_of, share_of
from underdog.measure.cost import Quantity, amount
from underdog.measure.intervals import Estimate, Interval
from underdog.measure.results import ArmResult


@dataclass(frozen=True, slots=True)
class _Part:
    """Numerator or denominator of the ratio, with its ends."""

    value: float
    low: float
    high: float


def per_right_answer(arm: ArmResult, quantity: Quantity, *, level: float = 0.95) -> Estimate:
    """Cost per right answer, wrong answers included; infinite, with a lower end, without any.

    Raises:
        UsageError: The arm has no items.
    """
    return price(
        [amount(item.usage, quantity) for item in arm.items],
        [float(item.right) for item in arm.items],
        groups=clusters_of([item.group for item in arm.items]),
        level=level,
    )


def price(
    costs: Sequence[float],
    right: Sequence[float],
    *,
    groups: Sequence[str] | None = None,
    level: float = 0.95,
) -> Estimate:
    """Sum of costs over number right.

    Args:
        costs: Cost of each problem, 0 or more, in any unit.
        right: 1 for a right answer, else 0, one per problem.
        groups: Cluster of each problem, from `clustering.clusters_of`; `None`: independent.
        level: Confidence level.

    Raises:
        UsageError: No problems, or not one cost and one group per problem.

    Example:
        >>> estimate = price([10, 12, 8, 10], [1, 0, 1, 0])
        >>> estimate.value, round(estimate.interval.low), round(estimate.interval.high)
        (20.0, 7, 216)
    """
    if len(costs) != len(right) or not right:
        raise UsageError(f"{len(costs)} costs for {len(right)} problems; give one each")
    shares = share_of(right, groups, level)
    mean = float(np.mean(costs))
    spent = cluster_sums([cost - mean for cost in costs], groups)
    won = cluster_sums([mark - shares.value for mark in right], groups)
    above = _Part(mean, *_cost_ends(costs, spent, level))
    below = _Part(shares.value, shares.interval.low, shares.interval.high)
    value = above.value / below.value if below.value else inf
    together = _correlation(spent, won)
    low = _ratio_end(above, below, together, up=False)
    high = _ratio_end(above, below, together, up=True) if below.value else inf
    return Estimate(value, Interval(min(low, value), max(high, value), level, "ratio"))


def ratio(over: Estimate, under: Estimate) -> Estimate | None:
    """How many times one price is another, or `None` where one of them has no finite value.

    The two arms answer the same problems; what they share makes the interval wider than it need be.
    """
    parts = (over.value, over.interval.low, under.value, under.interval.low)
    ends = (over.interval.high, under.interval.high)
    if min(parts) <= 0.0 or max(*parts, *ends) == inf:
        return None
    value = over.value / under.value
    down = _hypot(log(over.value / over.interval.low), log(under.interval.high / under.value))
    up = _hypot(log(over.interval.high / over.value), log(under.value / under.interval.low))
    level = min(over.interval.level, under.interval.level)
    return Estimate(value, Interval(value * exp(-down), value * exp(up), level, "ratio"))


def _hypot(one: float, other: float) -> float:
    return sqrt(one * one + other * other)


def _cost_ends(costs: Sequence[float], spent: Floats, level: float) -> tuple[float, float]:
    """Ends of the mean cost from its clusters' deviations; no upper one for a single problem."""
    mean, units = float(np.mean(costs)), len(spent)
    squares = float((spent**2).sum())
    if units == 1:
        return 0.0, inf
    if squares == 0.0 or mean == 0.0:
        return mean, mean
    freedom = (units - 1.0) / 2.0  # half of them, since costs are skewed
    if len(costs) != units:  # as in `clustering.worth`: few clusters may hold most of the variation
        freedom = min(freedom, max(1.0, squares**2 / float((spent**4).sum())))
    error = sqrt(units / (units - 1.0) * squares) / len(costs)
    away = student_t(level, freedom) * error / mean
    return mean * exp(-away), mean * exp(away)


def _correlation(spent: Floats, won: Floats) -> float:
    """Correlation of cost and right answers over problems or clusters; 0 where one is constant."""
    scale = sqrt(float((spent**2).sum()) * float((won**2).sum()))
    return float((spent * won).sum()) / scale if scale else 0.0


def _ratio_end(above: _Part, below: _Part, together: float, *, up: bool) -> float:
    """An end of the ratio: the r with (A - rB)² equal to the squared half-width of A - rB."""
    wide = above.high - above.value if up else above.value - above.low
    deep = below.value - below.low if up else below.high - below.value
    if wide == inf:
        return inf
    a = below.value**2 - deep**2
    b = above.value * below.value - together * wide * deep
    c = above.value**2 - wide**2
    root = sqrt(max(0.0, b * b - a * c))
    if up:
        return (b + root) / a if a > 0.0 else inf
    return c / (b + root) if b + root > 0.0 else 0.0
