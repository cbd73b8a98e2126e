"""One greedy solution: the model without test-time compute. Cost: one call."""

from underdog.core import Question, Sample, Steps
from underdog.strategies import strategies
from underdog.strategies.voting import decide


@strategies.register("greedy")
class Greedy:
    """Take the likeliest tokens once.

    Args:
        engine: Role of the engine to ask.
    """

    def __init__(self, engine: str = "main") -> None:
        self._engine = engine
        self.name = "greedy" if engine == "main" else f"greedy(engine={engine})"

    def solve(self, question: Question) -> Steps:
        """Draw one greedy solution and answer with it."""
        solutions = yield Sample(1, engine=self._engine, greedy=True)
        return decide(solutions, "one greedy solution")
