"""A language model as judge: another engine writes a short check and ends with a verdict.

Unlike `p_true` the judge may reason before it decides (generative verification,
arXiv 2408.15240). The verdict is the last Yes or No of its check. Cost: one generated check per
solution, up to `max_tokens` tokens each.
"""

import re
from collections.abc import Sequence

from underdog.core import (
    Message,
    ModelCalls,
    Prompt,
    Question,
    SamplingParams,
    ScoreUnit,
    Solution,
)
from underdog.errors import ConfigError
from underdog.verifiers import verifiers

_INSTRUCTION = (
    "You check solutions to problems. Go through the steps one by one, then finish with "
    '"Verdict: Yes" if the final answer is correct or "Verdict: No" if it is not.'
)
_ASK = "Problem:\n{question}\n\nProposed solution:\n{solution}"
_VERDICT = re.compile(r"\b(yes|no)\b", re.IGNORECASE)
_MAX_SOLUTION_CHARS = 4000


@verifiers.register("judge")
class Judge:
    """1 when another model's written check ends in Yes, 0 when it ends in No.

    Args:
        engine: Role of the engine that judges.
        max_tokens: Longest check.
    """

    unit: ScoreUnit = "probability"
    pointwise = True

    def __init__(self, engine: str = "judge", max_tokens: int = 200) -> None:
        if max_tokens < 1:
            raise ConfigError(f"max_tokens must be at least 1, not {max_tokens!r}")
        self._engine = engine
        self._params = SamplingParams(temperature=0.0, max_tokens=max_tokens)
        self.name = f"judge(engine={engine},max_tokens={max_tokens})"

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        """1.0 or 0.0 per solution; `None` without a verdict or without room in the budget."""
        prompts = [self._prompt(question, solution) for solution in solutions]
        checks = await calls.generate(self._engine, prompts, self._params)
        return [None if check is None else _verdict(check.text) for check in checks]

    def _prompt(self, question: Question, solution: Solution) -> Prompt:
        text = _ASK.format(question=question.text, solution=solution.text[:_MAX_SOLUTION_CHARS])
        return Prompt((Message("system", _INSTRUCTION), Message("user", text)))


def _verdict(check: str) -> float | None:
    found = _VERDICT.findall(check.rpartition("Verdict")[2])
    return None if not found else float(found[-1].lower() == "yes")
