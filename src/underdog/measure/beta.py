"""Beta and Student's t distributions: what exact intervals of shares are made of.

A share's exact interval, a paired difference's, and the few-cluster correction all need quantiles
of a beta distribution, also for counts that are not whole (clustered problems count as fewer). The
density is summed over a grid in log odds, dense around the mode and sparse in the tails, so that
very small parameters work as well. Right to about six digits; not a replacement of scipy's.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import asinh, log, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from underdog.errors import UsageError

Floats: TypeAlias = NDArray[np.float64]

_NODES = 2001
_TAIL = 40.0
_NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class Beta:
    """A beta distribution as a table.

    Attributes:
        points: Increasing points in [0, 1], shape (N,); one point for a distribution without
            spread.
        cumulative: Probability of at most each point, shape (N,), from 0 to 1.
    """

    points: Floats
    cumulative: Floats

    def at_most(self, x: Floats) -> Floats:
        """Probability of a value of at most `x`, shape as `x`."""
        if len(self.points) == 1:
            return (x >= self.points[0]).astype(np.float64)
        return np.interp(x, self.points, self.cumulative, left=0.0, right=1.0)

    def quantile(self, share: float) -> float:
        """The value that a share of the distribution does not exceed."""
        return float(np.interp(share, self.cumulative, self.points))

    def cells(self) -> tuple[Floats, Floats]:
        """Middles and probabilities of the table's cells, for sums over the distribution."""
        if len(self.points) == 1:
            return self.points, np.ones(1)
        return (self.points[1:] + self.points[:-1]) / 2.0, np.diff(self.cumulative)


@lru_cache(maxsize=512)
def beta(a: float, b: float) -> Beta:
    """The distribution with parameters `a` and `b`; all at 0 for a = 0, all at 1 for b = 0.

    Raises:
        UsageError: A parameter is negative, or both are 0.

    Example:
        >>> round(beta(2.0, 1.0).quantile(0.25), 4)
        0.5
    """
    if not (a >= 0.0 and b >= 0.0 and a + b > 0.0):
        raise UsageError(f"beta distribution with a={a}, b={b}; give numbers of 0 or more")
    if min(a, b) < _NOTHING:
        return Beta(np.array([1.0 if b < _NOTHING else 0.0]), np.ones(1))
    mode, spread = log(a / b), sqrt((a + b) / (a * b))
    left, right = (asinh(max(12.0, _TAIL / (one * spread))) for one in (a, b))
    steps = np.linspace(-left, right, _NODES)
    odds = mode + spread * np.sinh(steps)
    heights = -a * np.logaddexp(0.0, -odds) - b * np.logaddexp(0.0, odds)
    density = np.exp(heights - heights.max()) * np.cosh(steps)
    cumulative = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    with np.errstate(over="ignore"):
        return Beta(1.0 / (1.0 + np.exp(-odds)), cumulative / cumulative[-1])


def student_t(level: float, freedom: float) -> float:
    """Standard errors around the mean that hold `level` of Student's t distribution.

    Args:
        level: Two-sided level in (0, 1), such as 0.95.
        freedom: Degrees of freedom, above 0; need not be whole.

    Example:
        >>> round(student_t(0.95, 4), 3)
        2.776
    """
    rest = beta(freedom / 2.0, 0.5).quantile(1.0 - level)
    return sqrt(freedom * (1.0 - rest) / rest)
