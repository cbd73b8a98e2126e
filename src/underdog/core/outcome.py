"""What came of one problem under one strategy."""

from dataclasses import dataclass

from underdog.core.solution import Solution
from underdog.core.strategy import Decision
from underdog.core.usage import Usage


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision with everything it rests on.

    Attributes:
        problem_id: Question id.
        strategy: The strategy's name with its parameters.
        decision: What it answered.
        solutions: Every solution it drew, in order, with the scores it asked for.
        usage: What it was charged. Solutions that came from the store are charged as if sampled.
        sampled: How many solutions were sampled now, rather than read from the store.
        stopped_by: Name of the budget cap that ended it, when one did.
        error: What went wrong, when something did; the decision is then the best so far.
    """

    problem_id: str
    strategy: str
    decision: Decision
    solutions: tuple[Solution, ...] = ()
    usage: Usage = Usage()
    sampled: int = 0
    stopped_by: str | None = None
    error: str | None = None
