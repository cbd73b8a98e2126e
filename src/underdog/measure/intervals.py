"""Confidence intervals: their type, and the exact interval of a share.

Clopper and Pearson (Biometrika 26, 1934): the shares that the data do not reject, by the binomial
distribution itself, so that the interval holds at least its level at every n and every share.
Wilson's, narrower, falls to 85% near 0 and 1. For problems that come in clusters see `clustering`,
for differences `paired`, for costs `price`.
"""

from dataclasses import dataclass
from statistics import NormalDist

from underdog.errors import UsageError
from underdog.measure.beta import beta


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval.

    Attributes:
        low: Lower end.
        high: Upper end; infinite when the data allow any size (no right answer to divide by).
        level: Confidence level, such as 0.95.
        method: Method of computation: `exact` (a share), `melded` (a difference or a share of a
            gap), or `ratio` (a cost per right answer).
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


def check_level(level: float) -> None:
    """Raise `UsageError` for a confidence level outside (0, 1)."""
    if not 0.0 < level < 1.0:
        raise UsageError(f"confidence level {level} is not between 0 and 1; use 0.95")


def two_sided_z(level: float) -> float:
    """Standard deviations around the mean of a normal that hold `level` of it; 1.96 for 0.95.

    Raises:
        UsageError: `level` is not between 0 and 1.
    """
    check_level(level)
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def exact_interval(successes: float, n: float, level: float = 0.95) -> Interval:
    """Clopper and Pearson's interval for a share of `successes` among `n`.

    Args:
        successes: Number of successes, in [0, n]; need not be whole.
        n: Number of trials; 0 gives the whole of [0, 1].
        level: Confidence level.

    Raises:
        UsageError: `successes` is outside [0, n], or `level` outside (0, 1).

    Example:
        >>> interval = exact_interval(8, 10)
        >>> round(interval.low, 3), round(interval.high, 3)
        (0.444, 0.975)
    """
    if not 0 <= successes <= n:
        raise UsageError(f"{successes} successes among {n} trials; give 0 <= successes <= n")
    check_level(level)
    tail, failures = (1.0 - level) / 2.0, n - successes
    low = beta(float(successes), failures + 1.0).quantile(tail)
    high = beta(successes + 1.0, float(failures)).quantile(1.0 - tail)
    return Interval(low, high, level, "exact")
