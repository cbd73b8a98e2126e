"""The seam to strategies: pure generators that ask for samples and scores and then decide.

A strategy touches no engine, disk, clock or random state. It yields actions and is sent the
solutions they gave; its return value is the decision. The same code therefore runs live against
an engine and offline against stored rollouts, and can be tested without either.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from underdog.core.problem import Question
from underdog.core.solution import Solution


@dataclass(frozen=True, slots=True)
class Sample:
    """Action: draw `n` further solutions. The reply holds as many as the budget had room for.

    Attributes:
        n: Number of solutions.
        form: Form to ask for; `None` takes the bench's default.
        engine: Role of the engine to ask.
        greedy: Take the likeliest tokens instead of sampling (then n is 1).
    """

    n: int
    form: str | None = None
    engine: str = "main"
    greedy: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """Action: score solutions with a verifier. The reply holds the same solutions with scores.

    A solution that the verifier could not score comes back without that score.
    """

    verifier: str
    solutions: tuple[Solution, ...]


Action: TypeAlias = Sample | Score
Steps: TypeAlias = "Generator[Action, tuple[Solution, ...], Decision]"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One distinct answer in the final tally.

    Attributes:
        vote_key: Canonical key of the answer.
        answer: The answer as the candidate's heaviest, earliest solution wrote it.
        votes: Number of solutions with this answer.
        weight: Sum of these solutions' vote weights.
        share: `weight` over the sum of all candidates' weights, in [0, 1].
    """

    vote_key: str
    answer: str
    votes: int
    weight: float
    share: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer that a strategy decides on, with the tally behind it.

    Attributes:
        answer: The chosen answer; `None` when no solution had one.
        solution: The solution that represents the answer.
        candidates: Distinct answers, best first.
        confidence: The strategy's own estimate that the answer is right, in [0, 1]: the share of
            the winner unless the strategy says otherwise.
        reason: Why the strategy stopped, in a few words.
    """

    answer: str | None
    solution: Solution | None = None
    candidates: tuple[Candidate, ...] = ()
    confidence: float = 0.0
    reason: str = ""


class Strategy(Protocol):
    """A way to spend a budget on one problem."""

    @property
    def name(self) -> str:
        """Registered name with its parameters, such as `majority(n=16)`."""
        ...

    def solve(self, question: Question) -> Steps:
        """Generator of actions that returns the decision.

        Fewer solutions sent in than asked for mean that the budget is spent: decide then.
        """
        ...
