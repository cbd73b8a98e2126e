"""Limits for a number made of two independent shares, from their exact distributions.

Melding (Fay, Proschan and Brittain, Biometrics 71, 2015) draws each share from the beta
distribution whose quantiles are the ends of its exact interval, and takes quantiles of the result.
The draws are summed over a grid here, not simulated. Both numbers of this house are of that kind:

- a paired difference is discordance times (2 · left's share of it − 1), after Fay and Lumbard
  (Stat Med 40, 2021), whose interval leaves out 0 exactly when the exact McNemar test rejects;
- the share of a gap that a rule closes is the share gained of what it could gain, less the odds of
  losing what was there.
"""

from collections.abc import Callable

import numpy as np

from underdog.measure.beta import Floats, beta

_HALVINGS = 40


def one_sided(left_only: float, right_only: float) -> float:
    """P-value against the left arm being no better, from the problems where the two differ.

    Binomial with a chance of one half; for counts that are not whole, by the beta distribution that
    continues it.
    """
    if not (float(left_only).is_integer() and float(right_only).is_integer()):
        return float(beta(left_only, right_only + 1.0).at_most(np.array(0.5)))
    n, ways, tail = int(left_only + right_only), 1, 1
    for count in range(int(right_only)):
        ways = ways * (n - count) // (count + 1)
        tail += ways
    return tail / (1 << n)


def difference_low(left_only: float, right_only: float, n: float, tail: float) -> float:
    """Lower limit for the share that left alone has, less the share that right alone has.

    Args:
        left_only: Problems that only left got right; need not be whole.
        right_only: Problems that only right got right.
        n: Number of problems.
        tail: Probability of a limit above the truth, such as 0.025.
    """
    discordant, alike = left_only + right_only, max(0.0, n - left_only - right_only)
    leaning, chance = beta(left_only, right_only + 1.0).cells()
    fewest = beta(discordant, alike + 1.0)
    most = beta(discordant + 1.0, alike)
    towards = 2.0 * leaning - 1.0
    ours, theirs = towards > 0.0, towards < 0.0
    against = one_sided(left_only, right_only)
    halves = float(chance[ours].sum())

    def below(limit: float) -> float:
        if limit >= 0.0:
            shares = fewest.at_most(limit / towards[ours])
            rest = float((chance[ours] * shares).sum()) / (halves or 1.0)
            return against + (1.0 - against) * rest
        shares = 1.0 - most.at_most(limit / towards[theirs])
        return float((chance[theirs] * shares).sum())

    if against < tail:
        return _crossing(below, tail, 0.0, 1.0)
    return _crossing(below, tail, -1.0, 0.0)


def closed_ends(
    gained: float, missed: float, lost: float, level: float = 0.95
) -> tuple[float, float]:
    """Ends for the share of a gap that a choosing rule closes; the lower one may be -infinite.

    Args:
        gained: Problems that the rule added, of those with a right sample.
        missed: Problems with a right sample that the rule could have added and did not.
        lost: Problems that the rule lost.
        level: Confidence level.
    """
    tail, gap = (1.0 - level) / 2.0, gained + missed

    def at_most(limit: float) -> float:
        share, chance = beta(gained, missed + 1.0).cells()
        return 1.0 - _mixed(share - limit, chance, lost + 1.0, gap)

    def at_least(limit: float) -> float:
        share, chance = beta(gained + 1.0, missed).cells()
        return _mixed(share - limit, chance, lost, gap + 1.0)

    lowest = -1.0
    while at_most(lowest) > tail and lowest > -1e6:
        lowest *= 4.0
    low = _crossing(at_most, tail, lowest, 1.0)
    return low, -_crossing(lambda limit: at_least(-limit), tail, -1.0, -lowest)


def _mixed(odds: Floats, chance: Floats, a: float, b: float) -> float:
    """Probability that the odds of a beta-distributed share are at most `odds`."""
    room = np.maximum(odds, 0.0)
    inside = beta(a, b).at_most(room / (1.0 + room))
    return float((chance * np.where(odds < 0.0, 0.0, inside)).sum())


def _crossing(rising: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Where a rising function reaches a target."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return low
