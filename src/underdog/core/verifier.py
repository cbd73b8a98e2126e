"""The seam to verifiers, which never see gold, and to oracles, which do."""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from underdog.core.completion import Completion, SamplingParams
from underdog.core.engine import ContinuationScore
from underdog.core.hidden_states import LayerStates, StatesRequest
from underdog.core.problem import Problem, Question
from underdog.core.prompt import Prompt
from underdog.core.solution import Solution

ScoreUnit: TypeAlias = Literal["probability", "real"]


class ModelCalls(Protocol):
    """Budgeted access to engines for verifiers; every token is charged as a verifier token.

    A verifier that scores solutions one by one makes the same number of requests for each, in the
    solutions' order, so that each solution is charged for its own.
    """

    async def generate(
        self, engine: str, prompts: Sequence[Prompt], params: SamplingParams
    ) -> list[Completion | None]:
        """One completion per prompt; `None` where the budget had no room or the call failed."""
        ...

    async def score(
        self, engine: str, requests: Sequence[tuple[Prompt, str]]
    ) -> list[ContinuationScore | None]:
        """One score per (prompt, continuation); `None` where the budget had no room."""
        ...

    async def hidden_states(
        self, engine: str, requests: Sequence[StatesRequest]
    ) -> list[LayerStates | None]:
        """Hidden states per request; `None` without room or on an engine that has none."""
        ...


class Verifier(Protocol):
    """Scores solutions without the gold answer; higher is better."""

    @property
    def name(self) -> str:
        """Registered name with its parameters, such as `deepconf(kind=tail)`."""
        ...

    @property
    def unit(self) -> ScoreUnit:
        """`probability` when scores lie in [0, 1] and can serve as vote weights, else `real`."""
        ...

    @property
    def pointwise(self) -> bool:
        """Whether scores are independent of the other solutions; only such scores are stored."""
        ...

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        """A score per solution, `None` where it could not be scored."""
        ...


@runtime_checkable
class Oracle(Protocol):
    """Scores solutions with the gold answer. For bounds and data filters, never for strategies."""

    @property
    def name(self) -> str:
        """Registered name; shown as an oracle bound wherever it is printed."""
        ...

    @property
    def sees_gold(self) -> bool:
        """Always true: an object with this attribute is refused as a verifier."""
        ...

    def judge(self, problem: Problem, solutions: Sequence[Solution]) -> list[float]:
        """A score per solution."""
        ...
