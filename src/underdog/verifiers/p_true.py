"""P(True): a model's probability of "Yes" when asked whether a solution is right.

Kadavath et al., arXiv 2207.05221. "Yes" and "No" are scored as continuations of the same prompt
and normalised against each other; nothing is sampled. Models under 1B judge themselves badly:
calibrate before trusting it. With `engine=judge` another model judges, without generating text.
Cost: two scored continuations per solution.
"""

import math
from collections.abc import Sequence

from underdog.core import Message, ModelCalls, Prompt, Question, ScoreUnit, Solution
from underdog.verifiers import verifiers

_INSTRUCTION = "You check solutions to problems."
_ASK = (
    "Problem:\n{question}\n\nProposed solution:\n{solution}\n\n"
    "Is the final answer of the proposed solution correct? Reply with Yes or No."
)
_YES, _NO = "Yes", "No"
_MAX_SOLUTION_CHARS = 4000


@verifiers.register("p_true")
class PTrue:
    """Probability of "Yes" against "No" when asked whether the solution is right.

    Args:
        engine: Role of the engine that is asked.
    """

    unit: ScoreUnit = "probability"
    pointwise = True

    def __init__(self, engine: str = "main") -> None:
        self._engine = engine
        self.name = f"p_true(engine={engine})"

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        """P(Yes) / (P(Yes) + P(No)) per solution; `None` where the budget had no room."""
        prompts = [check_prompt(question, solution) for solution in solutions]
        asked = [(prompt, word) for prompt in prompts for word in (_YES, _NO)]
        scores = await calls.score(self._engine, asked)
        pairs = zip(scores[::2], scores[1::2], strict=True)
        return [
            None if yes is None or no is None else _sigmoid(yes.total - no.total)
            for yes, no in pairs
        ]


def check_prompt(question: Question, solution: Solution) -> Prompt:
    """Prompt that asks whether a solution is right; it does not contain the gold answer."""
    text = _ASK.format(question=question.text, solution=solution.text[:_MAX_SOLUTION_CHARS])
    return Prompt((Message("system", _INSTRUCTION), Message("user", text)))


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    grown = math.exp(value)
    return grown / (1.0 + grown)
