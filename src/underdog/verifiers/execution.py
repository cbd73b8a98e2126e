"""Execution: did the solution's program run and return something?

1 for a solution whose answer stood where its form asks for it and, in executable forms, whose
program ran; 0 otherwise. Cost: no model calls; the form has run the program already.
"""

from collections.abc import Sequence

from underdog.core import ModelCalls, Question, ScoreUnit, Solution
from underdog.verifiers import verifiers


@verifiers.register("execution")
class Execution:
    """1 when the solution ran and was well formed, else 0."""

    name = "execution"
    unit: ScoreUnit = "probability"
    pointwise = True

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        """1.0 or 0.0; `None` where no sandbox could run the program."""
        return [
            None if one.status == "unsupported" else float(one.status == "ok" and one.strict)
            for one in solutions
        ]
