"""DeepConf filtering: drop the least confident solutions, let the rest vote with their confidence.

Deep Think with Confidence, offline form (arXiv 2508.15260): keep the share `keep` of solutions with
the highest group confidence, then take a vote weighted by it. Departures: confidence comes from a
registered verifier (`deepconf:kind=…`), and short replies use one window of their whole length.
Cost: n calls; the default verifier reads the token traces, without a call.
"""

import math

from underdog.core import Question, Sample, Score, Solution, Steps
from underdog.strategies import strategies
from underdog.strategies.parameters import fraction, positive
from underdog.strategies.voting import decide


@strategies.register("deepconf")
class DeepConf:
    """Confidence-filtered, confidence-weighted vote among n samples.

    Args:
        n: Samples to draw.
        keep: Share of the most confident solutions that may vote; the paper uses 0.1 and 0.9.
        verifier: Registered verifier whose score is the confidence.
    """

    def __init__(self, n: int = 16, keep: float = 0.9, verifier: str = "deepconf") -> None:
        self._n = positive("n", n)
        self._keep = fraction("keep", keep)
        self._verifier = verifier
        self.name = f"deepconf(n={n},keep={keep:g},verifier={verifier})"

    def solve(self, question: Question) -> Steps:
        """Draw n solutions, keep the confident ones, and add up their confidence."""
        solutions = yield Sample(self._n)
        scored = yield Score(self._verifier, solutions)
        able = [one for one in scored if one.vote_key is not None]
        ranked = sorted(able, key=lambda one: (-self._confidence(one), one.index))
        kept = ranked[: max(1, math.ceil(self._keep * len(ranked)))]
        kept.sort(key=lambda one: one.index)
        reason = f"kept {len(kept)} of {len(scored)} by {self._verifier}"
        return decide(kept, reason, self._confidence)

    def _confidence(self, solution: Solution) -> float:
        return solution.scores.get(self._verifier, 0.0)
