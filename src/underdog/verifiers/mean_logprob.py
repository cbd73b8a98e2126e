"""Mean log-probability of the sampled tokens: the model's own certainty, length-normalised.

Cost: no model calls; the numbers come from the token trace.
"""

from collections.abc import Sequence

from underdog.core import ModelCalls, Question, ScoreUnit, Solution
from underdog.verifiers import verifiers
from underdog.verifiers.reductions import mean


@verifiers.register("mean_logprob")
class MeanLogprob:
    """Average of log p over a solution's tokens (natural logarithm, at most 0)."""

    name = "mean_logprob"
    unit: ScoreUnit = "real"
    pointwise = True

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        """Mean of each solution's token log-probabilities; `None` without a token trace."""
        return [mean(solution.trace.logprobs) for solution in solutions]
