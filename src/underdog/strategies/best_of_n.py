"""Best-of-n: the one solution that the verifier scores highest (arXiv 2110.14168).

With a weak verifier the choice becomes noise as n grows, where a weighted vote becomes a majority
vote; calibrate before choosing it. Cost: n calls and the verifier's cost.
"""

from underdog.core import Decision, Question, Sample, Score, Solution, Steps
from underdog.strategies import strategies
from underdog.strategies.parameters import positive
from underdog.strategies.voting import tally


@strategies.register("best_of_n")
class BestOfN:
    """Answer with the solution that scores highest among n samples.

    Args:
        n: Samples to draw.
        verifier: Registered verifier that scores the samples.
    """

    def __init__(self, n: int = 16, verifier: str = "mean_logprob") -> None:
        self._n = positive("n", n)
        self._verifier = verifier
        self.name = f"best_of_n(n={n},verifier={verifier})"

    def solve(self, question: Question) -> Steps:
        """Draw n solutions, have them scored, and take the best one with an answer."""
        solutions = yield Sample(self._n)
        scored = yield Score(self._verifier, solutions)
        able = [one for one in scored if one.vote_key is not None]
        candidates = tally(able)
        if not able:
            return Decision(answer=None, reason="no solution has an answer")
        best = max(able, key=lambda one: (self._rank(one), -one.index))
        share = next(one.share for one in candidates if one.vote_key == best.vote_key)
        return Decision(
            answer=best.answer,
            solution=best,
            candidates=candidates,
            confidence=share,
            reason=f"best of {len(scored)} by {self._verifier}",
        )

    def _rank(self, solution: Solution) -> float:
        return solution.scores.get(self._verifier, float("-inf"))
