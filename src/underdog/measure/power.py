"""Number of problems that a paired comparison needs to show a difference.

For the test that `paired` runs, McNemar's exact one: its power summed over all outcomes. Where
more than a thousand problems would differ, Connor's formula (Biometrics 43, 1987) with the
continuity correction that stands for the test's discreteness. For planning, not a test.
"""

from math import ceil, sqrt
from statistics import NormalDist

import numpy as np

from underdog.errors import UsageError
from underdog.measure.beta import Floats
from underdog.measure.intervals import two_sided_z

_MOST_DISCORDANT = 1000


def problems_needed(
    difference: float, discordance: float, power: float = 0.8, level: float = 0.95
) -> int:
    """Problems needed to show an accuracy difference on paired items.

    Args:
        difference: Accuracy difference to be shown, such as 0.02; its sign does not matter.
        discordance: Share of problems that exactly one of the two arms gets right.
        power: Probability that the test shows a difference of that size.
        level: Confidence level of the test.

    Raises:
        UsageError: The difference is 0 or larger than the discordance, or the power or level is
            outside (0, 1).

    Example:
        >>> problems_needed(0.02, 0.10)
        2043
    """
    size = abs(difference)
    if not 0.0 < size <= discordance <= 1.0:
        raise UsageError(
            f"difference {difference} with discordance {discordance}; "
            "give 0 < |difference| <= discordance <= 1"
        )
    if not 0.0 < power < 1.0:
        raise UsageError(f"power {power} is not between 0 and 1; use 0.8")
    z_test = two_sided_z(level)
    z_power = NormalDist().inv_cdf(power)
    spread = z_test * sqrt(discordance) + z_power * sqrt(discordance - size * size)
    root = (spread + sqrt(spread * spread + 4.0 * size)) / (2.0 * size)
    enough = ceil(root * root)
    if enough * discordance > _MOST_DISCORDANT:
        return enough
    too_few, enough = 0, 2 * enough  # the formula is an approximation
    while enough - too_few > 1:
        n = (too_few + enough) // 2
        if _power(n, size, discordance, 1.0 - level) >= power:
            enough = n
        else:
            too_few = n
    return enough


def _power(n: int, size: float, discordance: float, error: float) -> float:
    """Probability that the exact test finds the better arm of `n` problems better."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    differing = _binomial(n, discordance, logs)
    losing = (1.0 - size / discordance) / 2.0
    shown = 0.0
    for m in np.flatnonzero(differing > 1e-9).tolist():
        allowed = int((2.0 * np.cumsum(_binomial(m, 0.5, logs)) <= error).sum())
        shown += float(differing[m] * _binomial(m, losing, logs)[:allowed].sum())
    return shown


def _binomial(n: int, share: float, logs: Floats) -> Floats:
    """Probabilities of 0 to n successes, shape (n + 1,), by the logarithms of factorials."""
    if share in (0.0, 1.0):
        return np.eye(n + 1)[n if share else 0]
    count = np.arange(n + 1)
    ways = logs[n] - logs[count] - logs[n - count]
    return np.exp(ways + count * np.log(share) + (n - count) * np.log1p(-share))
