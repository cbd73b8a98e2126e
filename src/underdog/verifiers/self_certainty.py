"""Self-certainty: how far the model's token distributions are from uniform (arXiv 2502.18581).

Departure: the paper sums over the whole vocabulary; engines report the top k, so the distribution
is renormalised over those. Cost: no model calls; the engine has to report top-k log-probabilities.
"""

from collections.abc import Sequence

from underdog.core import ModelCalls, Question, ScoreUnit, Solution
from underdog.verifiers import verifiers
from underdog.verifiers.reductions import mean


@verifiers.register("self_certainty")
class SelfCertainty:
    """Mean KL divergence from uniform over a solution's tokens, in nats."""

    name = "self_certainty"
    unit: ScoreUnit = "real"
    pointwise = True

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        """Mean self-certainty of each solution; `None` without top-k log-probabilities."""
        return [mean(solution.trace.self_certainty) for solution in solutions]
