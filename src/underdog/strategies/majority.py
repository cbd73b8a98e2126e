"""Majority vote over n sampled solutions (self-consistency, arXiv 2203.11171).

Votes are cast on canonical answers, so `1/2` and `0.5` vote together; solutions without an answer
do not vote. Cost: n calls.
"""

from underdog.core import Question, Sample, Steps
from underdog.strategies import strategies
from underdog.strategies.parameters import positive
from underdog.strategies.voting import decide


@strategies.register("majority")
class Majority:
    """Answer with the most frequent answer among n samples.

    Args:
        n: Samples to draw.
    """

    def __init__(self, n: int = 16) -> None:
        self._n = positive("n", n)
        self.name = f"majority(n={n})"

    def solve(self, question: Question) -> Steps:
        """Draw n solutions and count the votes per answer."""
        solutions = yield Sample(self._n)
        return decide(solutions, f"majority of {len(solutions)}")
