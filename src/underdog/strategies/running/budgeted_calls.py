"""A verifier's calls to engines, under the budget of its problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from underdog.core import (
    Completion,
    ContinuationScore,
    Engine,
    GenerateRequest,
    HiddenStates,
    LayerStates,
    Prompt,
    SamplingParams,
    ScoreRequest,
    StatesRequest,
    Usage,
)
from underdog.errors import EngineError, UnknownNameError, UnsupportedError
from underdog.strategies.running.ledger import Ledger, price, prompt_bound_tokens

_Row = TypeVar("_Row")


@dataclass(slots=True)
class BudgetedCalls:
    """Engine access for verifiers; every token is charged as a verifier token.

    Attributes:
        engines: Engines by role.
        ledger: The problem's account.
        spent: Cost of this verifier's calls so far.
        refused: Whether the budget or the engine refused a call.
    """

    engines: Mapping[str, Engine]
    ledger: Ledger
    spent: Usage = Usage()
    refused: bool = False

    async def generate(
        self, engine: str, prompts: Sequence[Prompt], params: SamplingParams
    ) -> list[Completion | None]:
        """One completion per prompt; `None` where the budget had no room or the call failed."""
        chosen = self._engine(engine)
        room = self._room(chosen, prompts, params.max_tokens)
        requests = [
            GenerateRequest(prompt, params, (index,)) for index, prompt in enumerate(prompts[:room])
        ]
        try:
            rows = [row[0] for row in await chosen.generate(requests)] if requests else []
        except EngineError:
            rows = []
        self._charge(chosen, [row.usage for row in rows])
        done: list[Completion | None] = [None if row.finish == "error" else row for row in rows]
        return self._padded(done, len(prompts))

    async def score(
        self, engine: str, requests: Sequence[tuple[Prompt, str]]
    ) -> list[ContinuationScore | None]:
        """One score per (prompt, continuation); `None` where the budget had no room."""
        chosen = self._engine(engine)
        longest = max((len(text.encode()) for _, text in requests), default=0)
        room = self._room(chosen, [prompt for prompt, _ in requests], longest)
        batch = [ScoreRequest(prompt, text) for prompt, text in requests[:room]]
        try:
            rows = await chosen.score(batch) if batch else []
        except (EngineError, UnsupportedError):
            rows = []
        self._charge(chosen, [row.usage for row in rows])
        return self._padded(list[ContinuationScore | None](rows), len(requests))

    async def hidden_states(
        self, engine: str, requests: Sequence[StatesRequest]
    ) -> list[LayerStates | None]:
        """Hidden states per request; `None` without room or on an engine that has none."""
        chosen = self._engine(engine)
        room = self._room(chosen, [request.prompt for request in requests], 0)
        try:
            if not isinstance(chosen, HiddenStates):
                raise UnsupportedError(f"{chosen.info.engine} does not show hidden states")
            rows = await chosen.hidden_states(requests[:room]) if room else []
        except (EngineError, UnsupportedError):
            rows = []
        self._charge(chosen, [row.usage for row in rows])
        return self._padded(list[LayerStates | None](rows), len(requests))

    def _engine(self, role: str) -> Engine:
        if role not in self.engines:
            raise UnknownNameError("engine on this bench", role, self.engines)
        return self.engines[role]

    def _room(self, engine: Engine, prompts: Sequence[Prompt], extra_tokens: int) -> int:
        if not prompts:
            return 0
        bound = max(prompt_bound_tokens(prompt) for prompt in prompts)
        worst = price(Usage(prompt_tokens=bound, generated_tokens=extra_tokens), engine.info)
        worst = Usage(
            verifier_tokens=bound + extra_tokens, flops=worst.flops, cost_usd=worst.cost_usd
        )
        return self.ledger.admit(len(prompts), worst)

    def _charge(self, engine: Engine, usages: Sequence[Usage]) -> None:
        for usage in usages:
            priced = price(usage, engine.info)
            cost = Usage(
                verifier_calls=1,
                verifier_tokens=usage.prompt_tokens + usage.generated_tokens,
                flops=priced.flops,
                cost_usd=priced.cost_usd,
            )
            self.spent = self.spent + cost
            self.ledger.charge(cost)
        if usages:
            seconds = Usage(seconds=max(usage.seconds for usage in usages))
            self.spent = self.spent + seconds
            self.ledger.charge(seconds)

    def _padded(self, rows: list[_Row | None], length: int) -> list[_Row | None]:
        if len(rows) < length:
            self.refused = True
        return rows + [None] * (length - len(rows))
