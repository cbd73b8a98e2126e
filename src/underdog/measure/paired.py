"""Paired tests on the same problems: McNemar, permutation, and Holm's correction.

Two arms that answer the same problems agree on most of them; only the problems where they differ
say which is better. A paired test therefore needs a fraction of the items that a comparison of two
separate accuracies needs. For the printed sentence, see `verdict`.

McNemar (Psychometrika 12, 1947) in its exact form never rejects too often and, being discrete,
rejects a little too seldom; its mid-p form (Fagerland et al., BMC Med Res Methodol 13:91, 2013)
keeps close to the nominal level. The permutation test flips the sign of each difference, or of
each cluster's sum, and serves graded scores and clustered items.
"""

from collections.abc import Sequence

import numpy as np

from underdog.errors import UsageError
from underdog.measure.bootstrap import Floats, bootstrap_mean
from underdog.measure.intervals import Estimate

_EXACT_UNITS = 14
_ROUNDING = 1e-9
_CELLS_PER_CHUNK = 2_000_000


def mcnemar(left_only: int, right_only: int, *, mid_p: bool = False) -> float:
    """Two-sided p-value that both arms are equally good, from the problems where they differ.

    Args:
        left_only: Problems that only the left arm got right.
        right_only: Problems that only the right arm got right.
        mid_p: Count the observed outcome by half (mid-p), for an error rate near the nominal one.

    Raises:
        UsageError: A count is negative.

    Example:
        >>> mcnemar(1, 9)
        0.021484375
    """
    if left_only < 0 or right_only < 0:
        raise UsageError(f"counts {left_only} and {right_only}; neither may be negative")
    n = left_only + right_only
    fewer = min(left_only, right_only)
    ways = tail = 1
    for count in range(fewer):
        ways = ways * (n - count) // (count + 1)
        tail += ways
    doubled = 2 * tail - (ways if mid_p else 0)
    return min(1.0, doubled / (1 << n))


def permutation_test(
    differences: Sequence[float],
    *,
    seed: int,
    groups: Sequence[str] | None = None,
    resamples: int = 10_000,
) -> float:
    """Two-sided p-value that paired differences are symmetric around zero.

    Args:
        differences: Left score minus right score per problem.
        seed: From `underdog.seeds.derive`; unused when all sign patterns can be listed.
        groups: Cluster of each problem; whole clusters then change sign together.
        resamples: Random sign patterns when there are too many to list. The p-value counts the
            observed pattern among them, so it is never 0.

    Raises:
        UsageError: No differences, or not one group per difference.

    Example:
        >>> permutation_test([1, 1, 1, 1, 1], seed=0)
        0.0625
    """
    units = _unit_sums(differences, groups)
    units = units[units != 0.0]
    observed = abs(float(units.sum())) - _ROUNDING * (1.0 + float(np.abs(units).sum()))
    if len(units) <= _EXACT_UNITS:
        patterns = np.arange(1 << len(units))[:, None] >> np.arange(len(units)) & 1
        return float(np.mean(np.abs((1.0 - 2.0 * patterns) @ units) >= observed))
    random = np.random.default_rng(seed)
    extreme, step = 0, max(1, _CELLS_PER_CHUNK // len(units))
    for start in range(0, resamples, step):
        flips = random.integers(2, size=(min(step, resamples - start), len(units)))
        extreme += int((np.abs((1.0 - 2.0 * flips) @ units) >= observed).sum())
    return (extreme + 1) / (resamples + 1)


def paired_difference(
    left: Sequence[float],
    right: Sequence[float],
    *,
    seed: int,
    groups: Sequence[str] | None = None,
    resamples: int = 4000,
    level: float = 0.95,
) -> Estimate:
    """Mean of left minus right over the same problems, with its bootstrap interval.

    Raises:
        UsageError: The two are not equally long, or empty.
    """
    if len(left) != len(right):
        raise UsageError(f"{len(left)} scores against {len(right)}; pair them on the same problems")
    differences = [one - other for one, other in zip(left, right, strict=True)]
    return bootstrap_mean(differences, seed=seed, groups=groups, resamples=resamples, level=level)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for multiple testing (Holm, Scand J Stat 6, 1979), in the given order.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, p_values[place] * (len(p_values) - rank)))
        adjusted[place] = highest
    return adjusted


def _unit_sums(differences: Sequence[float], groups: Sequence[str] | None) -> Floats:
    if not differences:
        raise UsageError("no paired differences; run both arms on the same problems first")
    values = np.asarray(differences, dtype=np.float64)
    if groups is None:
        return values
    if len(groups) != len(differences):
        raise UsageError(f"{len(groups)} groups for {len(differences)} problems; give one each")
    places = {name: place for place, name in enumerate(dict.fromkeys(groups))}
    sums = np.zeros(len(places))
    np.add.at(sums, [places[name] for name in groups], values)
    return sums
