"""Cascade: the small model first, a bigger one only where the small one is unsure.

FrugalGPT (arXiv 2305.05176) with the vote's own confidence as the gate: adaptive voting on the
small model, and when the winner's share stays under the threshold, one greedy solution of the
engine in the role `big`. Cost: the small model's calls, plus one call of the big model on
unsure questions.
"""

from underdog.core import Decision, Question, Sample, Steps
from underdog.strategies import strategies
from underdog.strategies.adaptive import AdaptiveVoting
from underdog.strategies.parameters import fraction
from underdog.strategies.voting import decide


@strategies.register("cascade")
class Cascade:
    """Adaptive voting on `main`, escalating to `big` on low confidence.

    Args:
        max_n: Most samples of the small model.
        threshold: Share of the votes under which the big model is asked.
        big: Role of the bigger engine.
        level: Stopping level of the adaptive vote.
    """

    def __init__(
        self, max_n: int = 8, threshold: float = 0.6, big: str = "big", level: float = 0.95
    ) -> None:
        self._first = AdaptiveVoting(max_n=max_n, level=level, min_n=min(3, max_n))
        self._threshold = fraction("threshold", threshold)
        self._big = big
        self.name = f"cascade(max_n={max_n},threshold={threshold:g},big={big},level={level:g})"

    @property
    def engines(self) -> tuple[str, ...]:
        """Roles of the engines that the bench has to provide."""
        return ("main", self._big)

    def solve(self, question: Question) -> Steps:
        """Vote; escalate when unsure; keep the small model's answer when the big one has none."""
        first: Decision = yield from self._first.solve(question)
        if first.answer is not None and first.confidence >= self._threshold:
            return first
        reply = yield Sample(1, engine=self._big, greedy=True)
        second = decide(reply, f"escalated to {self._big} at confidence {first.confidence:.2f}")
        return second if second.answer is not None else first
