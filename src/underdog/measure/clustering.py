"""Shares over problems that may come in clusters, and how many independent ones those are worth.

Problems made from one template, or about one passage, are right and wrong together. Instead of a
method of their own, the exact methods are given fewer problems: Kish's effective number (Survey
Sampling, 1965) with Korn and Graubard's correction for few clusters (Survey Methodology 24, 1998).
We depart from them in the degrees of freedom, which are counted from how the clusters share the
variation (Satterthwaite) instead of one less than the clusters, and where right or wrong answers
are in so few clusters that their likeness cannot be seen: a cluster then counts as one problem.

Marks that are not whole (the share of subsets in which a vote is right) vary less than whole ones
with the same mean; they are given the interval of whole ones, which is then wider than it need be.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from underdog.errors import UsageError
from underdog.measure.beta import Floats, student_t
from underdog.measure.intervals import Estimate, exact_interval, two_sided_z

MIN_CLUSTERS = 5
_FEW_WITH_EVENTS = 3


def clusters_of(groups: Sequence[str]) -> list[str] | None:
    """A cluster for every problem, or `None` when the problems count as independent.

    Groups serve as clusters when some group has several problems and there are at least
    `MIN_CLUSTERS` of them; fewer say nothing about how alike a cluster's problems are. A problem
    without a group is a cluster of its own.
    """
    if not any(name and count > 1 for name, count in Counter(groups).items()):
        return None
    named = [name or f"\0{place}" for place, name in enumerate(groups)]
    return named if len(set(named)) >= MIN_CLUSTERS else None


def too_few_clusters(groups: Sequence[str]) -> int:
    """Number of groups that are shared but too few to serve as clusters; 0 otherwise."""
    distinct = len(set(groups) - {""})
    return distinct if 1 < distinct < len(groups) and clusters_of(groups) is None else 0


def cluster_sums(values: Sequence[float] | Floats, groups: Sequence[str] | None) -> Floats:
    """Sum of the values of each cluster, in order of first appearance; the values without groups.

    Raises:
        UsageError: Not one group per value.
    """
    data = np.asarray(values, dtype=np.float64)
    if groups is None:
        return data
    if len(groups) != len(data):
        raise UsageError(f"{len(groups)} groups for {len(data)} problems; give one each")
    places = {name: place for place, name in enumerate(dict.fromkeys(groups))}
    sums = np.zeros(len(places))
    np.add.at(sums, [places[name] for name in groups], data)
    return sums


def worth(
    deviations: Sequence[float] | Floats,
    events: Sequence[float] | Floats,
    groups: Sequence[str] | None,
    level: float = 0.95,
) -> float:
    """Number of independent problems that n clustered ones are worth, as a share of n in (0, 1].

    Args:
        deviations: Deviation of each problem's value from the estimate; they add up to 0.
        events: Marks of what must be seen in several clusters, such as right answers; their
            absence counts as well as their presence.
        groups: Cluster of each problem; `None` when problems are independent.
        level: Confidence level of the interval in question, for the few-cluster correction.

    Raises:
        UsageError: Not one group per problem, or `level` outside (0, 1).
    """
    normal = two_sided_z(level)
    if groups is None:
        return 1.0
    n, sums = len(groups), cluster_sums(deviations, groups)
    clusters = len(sums)
    between = clusters / (clusters - 1) * float((sums**2).sum())
    one_each = clusters / n
    if between == 0.0:
        return one_each
    within = float((np.asarray(deviations) ** 2).sum())
    freedom = float((sums**2).sum()) ** 2 / float((sums**4).sum())
    freedom = min(max(freedom, 1.0), clusters - 1.0)
    share = min(1.0, within / between) * (normal / student_t(level, freedom)) ** 2
    seen, sizes = cluster_sums(events, groups), cluster_sums(np.ones(n), groups)
    if min((seen > 0).sum(), (seen < sizes).sum()) <= _FEW_WITH_EVENTS:
        return min(share, one_each)
    return share


def share_of(
    marks: Sequence[float], groups: Sequence[str] | None = None, level: float = 0.95
) -> Estimate:
    """Mean of marks with its interval.

    Args:
        marks: One mark per problem, in [0, 1]; 1 for a right answer.
        groups: Cluster of each problem, from `clustering.clusters_of`; `None`: independent.
        level: Confidence level.

    Raises:
        UsageError: No marks, or not one group per mark, or `level` outside (0, 1).

    Example:
        >>> estimate = share_of([1, 1, 0, 1])
        >>> estimate.value, round(estimate.interval.low, 2), round(estimate.interval.high, 2)
        (0.75, 0.19, 0.99)
    """
    if not marks:
        raise UsageError("no marks to take the mean of; grade at least one problem")
    data = np.asarray(marks, dtype=np.float64)
    n = len(marks)
    total = min(float(data.sum()), float(n))
    weight = worth(data - total / n, data, groups, level)
    return Estimate(total / n, exact_interval(total * weight, n * weight, level))
