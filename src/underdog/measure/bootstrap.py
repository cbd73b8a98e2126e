"""Bootstrap intervals for any smooth function of sums over items, clustered where items cluster.

Every number that we report (a mean, a difference of means, tokens per right answer, the share of a
gap that a rule closes) is a function of column sums. Resampling therefore draws items (or whole
clusters), adds their columns, and applies the function once to all resamples. BCa after Efron (JASA
82, 1987), with half of the ties counted as smaller; where BCa's correction is undefined (no
variation in the jackknife, or an infinite value in it) the percentile interval is given and says
so.

Not for items that are ordered in time, and not for fewer than about 20 clusters, where every
bootstrap is too narrow.
"""

from collections.abc import Callable, Sequence
from math import isfinite
from statistics import NormalDist
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from underdog.errors import UsageError
from underdog.measure.intervals import Estimate, Interval, two_sided_z

Floats: TypeAlias = NDArray[np.float64]
Statistic: TypeAlias = Callable[[Floats], Floats]
Method: TypeAlias = Literal["bca", "percentile"]

MIN_CLUSTERS = 20
_CELLS_PER_CHUNK = 200_000


def mean_of_sums(sums: Floats) -> Floats:
    """First column over the second: a mean when the second counts items, else a ratio.

    A zero denominator gives infinity, and 0/0 gives infinity as well: no right answer means that
    no finite price per right answer was shown.
    """
    out = np.full(sums.shape[0], np.inf)
    np.divide(sums[:, 0], sums[:, 1], out=out, where=sums[:, 1] != 0)
    return out


def bootstrap(
    columns: Sequence[Sequence[float]],
    statistic: Statistic = mean_of_sums,
    *,
    seed: int,
    groups: Sequence[str] | None = None,
    resamples: int = 4000,
    level: float = 0.95,
    method: Method = "bca",
) -> Estimate:
    """Point value and bootstrap interval of a function of column sums.

    Args:
        columns: C columns of n numbers each, one number per item.
        statistic: Maps sums of shape (B, C) to values of shape (B,).
        seed: From `underdog.seeds.derive`; equal seeds give equal intervals.
        groups: Cluster of each item; whole clusters are then drawn. `None`: every item alone.
        resamples: Number of resamples, B.
        level: Confidence level.
        method: `bca` or `percentile`.

    Raises:
        UsageError: No items, columns of unequal length, or a bad level or count.

    Example:
        >>> bootstrap([[1, 0, 1, 1], [1, 1, 1, 1]], seed=7).value
        0.75
    """
    data = _units(columns, groups)
    two_sided_z(level)
    if resamples < 1:
        raise UsageError(f"resamples={resamples}; use 1000 or more")
    value = float(statistic(data.sum(axis=0, keepdims=True))[0])
    draws = np.sort(statistic(_resampled_sums(data, seed, resamples)))
    if draws[0] == draws[-1] == value:
        return Estimate(value, Interval(value, value, level, "degenerate"))
    tails = (0.5 - level / 2.0, 0.5 + level / 2.0)
    corrected = _bca_tails(data, statistic, value, draws, tails) if method == "bca" else None
    low, high = corrected or tails
    return Estimate(
        value,
        Interval(
            _order_statistic(draws, low, up=False),
            _order_statistic(draws, high, up=True),
            level,
            "percentile" if corrected is None else "bca",
        ),
    )


def bootstrap_mean(
    values: Sequence[float],
    *,
    seed: int,
    groups: Sequence[str] | None = None,
    resamples: int = 4000,
    level: float = 0.95,
    method: Method = "bca",
) -> Estimate:
    """Mean of `values` with its bootstrap interval; see `bootstrap` for the arguments."""
    ones = [1.0] * len(values)
    return bootstrap(
        [values, ones], seed=seed, groups=groups, resamples=resamples, level=level, method=method
    )


def clusters_of(groups: Sequence[str]) -> list[str] | None:
    """The groups if they can serve as clusters, else `None`.

    Groups serve as clusters when every item has one, some group has several items, and there
    are at least `MIN_CLUSTERS` groups: five levels of difficulty are strata, a hundred templates
    are clusters.
    """
    distinct = set(groups)
    if "" in distinct or not MIN_CLUSTERS <= len(distinct) < len(groups):
        return None
    return list(groups)


def _units(columns: Sequence[Sequence[float]], groups: Sequence[str] | None) -> Floats:
    """Column values per resampling unit, shape (units, C)."""
    lengths = {len(column) for column in columns}
    if len(lengths) != 1 or lengths == {0}:
        raise UsageError(f"bootstrap needs columns of one positive length; found {sorted(lengths)}")
    data = np.ascontiguousarray(np.asarray(columns, dtype=np.float64).T)
    if groups is None:
        return data
    if len(groups) != data.shape[0]:
        raise UsageError(f"{len(groups)} groups for {data.shape[0]} items; give one per item")
    places = {name: place for place, name in enumerate(dict.fromkeys(groups))}
    sums = np.zeros((len(places), data.shape[1]))
    np.add.at(sums, [places[name] for name in groups], data)
    return sums


def _resampled_sums(data: Floats, seed: int, resamples: int) -> Floats:
    """Column sums of each resample: how often each unit was drawn, times its values."""
    units = data.shape[0]
    random = np.random.default_rng(seed)
    chunk = max(1, _CELLS_PER_CHUNK // units)
    sums: list[Floats] = []
    for start in range(0, resamples, chunk):
        rows = min(chunk, resamples - start)
        drawn = random.integers(units, size=(rows, units)) + units * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units)
        sums.append(counts.astype(np.float64) @ data)
    return np.concatenate(sums)


def _bca_tails(
    data: Floats, statistic: Statistic, value: float, draws: Floats, tails: tuple[float, float]
) -> tuple[float, float] | None:
    """Corrected tail shares, or `None` where the correction is undefined."""
    below = float((draws < value).mean() + (draws == value).mean() / 2.0)
    left_out = statistic(data.sum(axis=0, keepdims=True) - data)
    if not 0.0 < below < 1.0 or not bool(np.isfinite(left_out).all()):
        return None
    away = left_out.mean() - left_out
    away = away / (float(np.abs(away).max()) or 1.0)  # a ratio: its scale may underflow
    spread = float((away**2).sum())
    if spread == 0.0:
        return None
    acceleration = float((away**3).sum()) / (6.0 * spread**1.5)
    normal = NormalDist()
    bias = normal.inv_cdf(below)

    def corrected(tail: float) -> float:
        shifted = bias + normal.inv_cdf(tail)
        return normal.cdf(bias + shifted / (1.0 - acceleration * shifted))

    return corrected(tails[0]), corrected(tails[1])


def _order_statistic(draws: Floats, share: float, *, up: bool) -> float:
    """The value at a share of the sorted draws, rounded outwards, never interpolated."""
    position = share * (len(draws) - 1)
    index = int(np.ceil(position) if up else np.floor(position))
    found = float(draws[min(max(index, 0), len(draws) - 1)])
    return found if isfinite(found) else float("inf")
