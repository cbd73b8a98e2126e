"""The result of one strategy on one question: decision, solutions, usage."""

from dataclasses import dataclass

from underdog.core.solution import Solution
from underdog.core.strategy import Decision
from underdog.core.usage import Usage


@dataclass(frozen=True, slots=True)
class Outcome:
    """A strategy's decision, the solutions behind it and their cost.

    Attributes:
        problem_id: Question id.
        strategy: The strategy's name with its parameters.
        decision: The chosen answer and the tally of candidates.
        solutions: Every solution drawn, in order, with the scores that the strategy asked for.
        usage: Cost charged to the strategy; stored solutions are charged as if sampled.
        sampled: Number of solutions sampled in this call rather than read from the store.
        stopped_by: Name of the budget cap that ended sampling; `None` when none did.
        error: Message of a failure, else `None`; the decision is then the best so far.
        verifier_failed: Whether `error` is that of a verifier: nothing was then decided.
        read_again: Number of stored solutions whose answer was read anew, because the checker,
            the form, the sandbox or their code had changed since.
    """

    problem_id: str
    strategy: str
    decision: Decision
    solutions: tuple[Solution, ...] = ()
    usage: Usage = Usage()
    sampled: int = 0
    stopped_by: str | None = None
    error: str | None = None
    verifier_failed: bool = False
    read_again: int = 0
