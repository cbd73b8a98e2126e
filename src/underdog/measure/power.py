"""Number of problems that a paired comparison needs to show a difference.

Normal approximation for McNemar's test (Connor, Biometrics 43, 1987). For planning, not a test.
"""

from math import ceil, sqrt
from statistics import NormalDist

from underdog.errors import UsageError
from underdog.measure.intervals import two_sided_z


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
        1960
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
    needed = (z_test * sqrt(discordance) + z_power * sqrt(discordance - size * size)) / size
    return ceil(needed * needed)
