"""Weighted majority vote: every solution votes with its verifier's score.

Weighted best-of-n (Cobbe et al., arXiv 2110.14168; Snell et al., arXiv 2408.03314) for scores that
are probabilities. Scores on another scale become weights by a softmax within the question, as
in confidence-informed self-consistency (CISC, arXiv 2502.06233): one temperature bridges majority
(large) and best-of-n (small). Cost: n calls and the verifier's cost.
"""

import math
from collections.abc import Sequence

from underdog.core import Question, Sample, Score, Solution, Steps
from underdog.errors import ConfigError
from underdog.strategies import strategies
from underdog.strategies.parameters import positive
from underdog.strategies.voting import Weight, decide


@strategies.register("weighted")
class WeightedMajority:
    """Answer with the largest sum of verifier scores among n samples.

    Args:
        n: Samples to draw.
        verifier: Registered verifier whose scores are the weights.
        temperature: 0 takes scores as they are (they must be at least 0); above 0, the weight is
            exp(score / temperature), scores first standardised within the question.
    """

    def __init__(
        self, n: int = 16, verifier: str = "mean_logprob", temperature: float = 1.0
    ) -> None:
        if temperature < 0:
            raise ConfigError(f"temperature must be at least 0, not {temperature!r}")
        self._n = positive("n", n)
        self._verifier = verifier
        self._temperature = temperature
        self.name = f"weighted(n={n},verifier={verifier},temperature={temperature:g})"

    def solve(self, question: Question) -> Steps:
        """Draw n solutions, have them scored, and add up the weights per answer."""
        solutions = yield Sample(self._n)
        scored = yield Score(self._verifier, solutions)
        weight = softmax_weight(scored, self._verifier, self._temperature)
        return decide(scored, f"weighted majority of {len(scored)}", weight)


def softmax_weight(solutions: Sequence[Solution], verifier: str, temperature: float) -> Weight:
    """A vote weight from a verifier's scores; a solution without a score has weight 0.

    With a temperature of 0 the score itself is the weight.
    """
    scores = [one.scores[verifier] for one in solutions if verifier in one.scores]
    if temperature == 0.0 or not scores:
        return lambda solution: max(0.0, solution.scores.get(verifier, 0.0))
    mean = sum(scores) / len(scores)
    spread = math.sqrt(sum((score - mean) ** 2 for score in scores) / len(scores)) or 1.0
    top = (max(scores) - mean) / spread

    def weight(solution: Solution) -> float:
        if verifier not in solution.scores:
            return 0.0
        return math.exp(((solution.scores[verifier] - mean) / spread - top) / temperature)

    return weight
