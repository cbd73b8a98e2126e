"""Confidence intervals: their type, and Wilson's interval for a share.

For other statistics, or items that come in clusters, see `bootstrap`. Wilson (JASA 22, 1927) keeps
its coverage for small n and for shares near 0 or 1, where the textbook ±1.96·se does not.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from underdog.errors import UsageError


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Attributes:
        low: Lower end.
        high: Upper end; infinite when the data allow any size (no right answer to divide by).
        level: Confidence level, such as 0.95.
        method: Method of computation: `wilson`, `bca`, `percentile`, or `degenerate` (no
            variation).
    """

    low: float
    high: float
    level: float = 0.95
    method: str = ""

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and its confidence interval."""

    value: float
    interval: Interval


def two_sided_z(level: float) -> float:
    """Standard deviations around the mean of a normal that hold `level` of it; 1.96 for 0.95.

    Raises:
        UsageError: `level` is not between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise UsageError(f"confidence level {level} is not between 0 and 1; use 0.95")
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval for a share of `successes` among `n`.

    Args:
        successes: Number of successes, in [0, n].
        n: Number of trials; 0 gives the whole of [0, 1].
        level: Confidence level.

    Raises:
        UsageError: `successes` is outside [0, n], or `level` outside (0, 1).

    Example:
        >>> interval = wilson(8, 10)
        >>> round(interval.low, 3), round(interval.high, 3)
        (0.49, 0.943)
    """
    if not 0 <= successes <= n:
        raise UsageError(f"{successes} successes among {n} trials; give 0 <= successes <= n")
    z = two_sided_z(level)
    if n == 0:
        return Interval(0.0, 1.0, level, "wilson")
    share = successes / n
    shrink = 1.0 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z * sqrt(share * (1.0 - share) / n + z * z / (4 * n * n)) / shrink
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(low, high, level, "wilson")
