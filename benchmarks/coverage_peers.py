"""Intervals that underdog does not print, for the table beside those that it does.

Wald's, Wilson's, the percentile bootstrap, and Newcombe's for paired differences (method 10 of Stat
Med 17, 1998), all at 95%.
"""

from math import sqrt

import numpy as np

Z = 1.959963984540054
RESAMPLES = 1000


def clipped(low: float, high: float, least: float = 0.0) -> tuple[float, float]:
    """Ends no further out than a share or a difference can be."""
    return max(least, low), min(1.0, high)


def wald(successes: int, n: int) -> tuple[float, float]:
    """The textbook's share ± 1.96 standard errors."""
    share = successes / n
    half = Z * sqrt(share * (1.0 - share) / n)
    return clipped(share - half, share + half)


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Wilson's score interval."""
    share, shrink = successes / n, 1.0 + Z * Z / n
    centre = (share + Z * Z / (2 * n)) / shrink
    half = Z * sqrt(share * (1.0 - share) / n + Z * Z / (4 * n * n)) / shrink
    return clipped(centre - half, centre + half)


def bootstrap_share(successes: int, n: int) -> tuple[float, float]:
    """Percentiles of the share in resamples."""
    random = np.random.default_rng(successes)
    low, high = np.quantile(random.binomial(n, successes / n, RESAMPLES), (0.025, 0.975))
    return float(low) / n, float(high) / n


def wald_difference(left_only: int, right_only: int, n: int) -> tuple[float, float]:
    """Difference ± 1.96 standard errors of paired shares."""
    difference = (left_only - right_only) / n
    half = Z * sqrt(max(0.0, (left_only + right_only) / n - difference**2) / n)
    return clipped(difference - half, difference + half, -1.0)


def newcombe(left_only: int, right_only: int, n: int, both: int = 0) -> tuple[float, float]:
    """Newcombe's hybrid score interval; problems that neither got right are the rest."""
    left, right = both + left_only, both + right_only
    ours, theirs = wilson(left, n), wilson(right, n)
    product = left * right * (n - left) * (n - right)
    neither = n - both - left_only - right_only
    phi = (both * neither - left_only * right_only) / sqrt(product) if product else 0.0
    gap = (left - right) / n

    def half(up: bool) -> float:
        one = abs(ours[up] - left / n)
        other = abs(right / n - theirs[not up])
        return sqrt(max(0.0, one**2 + other**2 - 2.0 * phi * one * other))

    return clipped(gap - half(False), gap + half(True), -1.0)


def bootstrap_difference(left_only: int, right_only: int, n: int) -> tuple[float, float]:
    """Percentiles of the difference in resamples."""
    random = np.random.default_rng((left_only, right_only))
    chances = (left_only / n, right_only / n, max(0.0, (n - left_only - right_only) / n))
    drawn = random.multinomial(n, chances, RESAMPLES)
    low, high = np.quantile(drawn[:, 0] - drawn[:, 1], (0.025, 0.975))
    return float(low) / n, float(high) / n


def bootstrap_ratio(costs: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Percentiles of cost per right answer in resamples."""
    random = np.random.default_rng(len(costs))
    drawn = random.integers(len(costs), size=(RESAMPLES // 2, len(costs)))
    won = right[drawn].sum(axis=1)
    spent = costs[drawn].sum(axis=1)
    ratios = np.full(len(won), np.inf)
    np.divide(spent, won, out=ratios, where=won > 0)
    low, high = np.sort(ratios)[[len(ratios) // 40, -len(ratios) // 40]]
    return float(low), float(high)
