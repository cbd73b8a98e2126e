"""Adaptive voting: stop sampling when the leader is unlikely to be overtaken (ASC).

Adaptive-Consistency (Aggarwal et al., arXiv 2305.11860), Beta form: with v1 >= v2 votes for the
two leading answers, stop when P(p1 > p2) = 1 - I_1/2(v1 + 1, v2 + 1) reaches the level. Votes of 5
to 0 give 0.984, 4 to 0 give 0.969, 3 to 0 give 0.9375. Departure: samples are drawn
in waves, so that a batched engine is kept busy. Cost: between `min_n` and `max_n` calls.
"""

from functools import lru_cache
from math import comb

from underdog.core import Question, Sample, Solution, Steps
from underdog.errors import ConfigError
from underdog.strategies import strategies
from underdog.strategies.parameters import fraction, positive
from underdog.strategies.voting import counts, decide


@strategies.register("adaptive")
class AdaptiveVoting:
    """Majority vote that stops once the leading answer is safe.

    Args:
        max_n: Most samples to draw.
        level: Stop at this probability that the leading answer is the model's most likely one.
        min_n: Samples drawn before the first check of the stopping rule.
        wave: Samples drawn between two checks.
    """

    def __init__(self, max_n: int = 16, level: float = 0.95, min_n: int = 3, wave: int = 1) -> None:
        self._max_n = positive("max_n", max_n)
        self._level = fraction("level", level, open_at_one=True)
        self._min_n = positive("min_n", min_n)
        self._wave = positive("wave", wave)
        if min_n > max_n:
            raise ConfigError(f"min_n={min_n} is larger than max_n={max_n}")
        self.name = f"adaptive(max_n={max_n},level={level:g},min_n={min_n},wave={wave})"

    def solve(self, question: Question) -> Steps:
        """Draw in waves until the leader is safe, or `max_n` is reached."""
        drawn: list[Solution] = []
        want = self._min_n
        while True:
            wave = yield Sample(want)
            drawn.extend(wave)
            leader, second, *_ = [*counts(drawn), 0, 0]
            if leader and leader_is_mode(leader, second) >= self._level:
                return decide(drawn, f"leader safe after {len(drawn)} of {self._max_n}")
            if len(wave) < want or len(drawn) >= self._max_n:
                return decide(drawn, f"drew {len(drawn)} of {self._max_n}")
            want = min(self._wave, self._max_n - len(drawn))


@lru_cache(maxsize=4096)
def leader_is_mode(leader: int, second: int) -> float:
    """P(p1 > p2) for two Beta-distributed answer probabilities with these votes.

    The regularised incomplete beta function at one half with whole-number parameters is a binomial
    tail: I_1/2(a, b) = P(Binomial(a + b - 1, 1/2) >= a).

    Example:
        >>> round(leader_is_mode(5, 0), 3)
        0.984
    """
    total = leader + second + 1
    tail = sum(comb(total, k) for k in range(leader + 1, total + 1))
    return 1.0 - tail / 2**total
