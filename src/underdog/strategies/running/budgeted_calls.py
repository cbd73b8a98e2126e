"""A verifier's calls to engines, under the budget of its problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from underdog.strategies.running.ledger import Ledger
from underdog.strategies.running.pricing import priced, prompt_bound_tokens, worst_price
from underdog.strategies.running.wall_clock import CallTimes, WallClock

_Row = TypeVar("_Row")


@dataclass(slots=True)
class BudgetedCalls:
    """Engine access for verifiers; every token is charged as a verifier token.

    Attributes:
        engines: Engines by role.
        ledger: The problem's account.
        clock: The wall clock, shared with the other calls of the bench.
        costs: Costs of the calls so far: for each call, one per request made.
        asked: For each call, the number of requests asked for.
        refused: Whether the budget refused a call.
        failure: Why an engine could not answer; empty while all of them did.
    """

    engines: Mapping[str, Engine]
    ledger: Ledger
    clock: WallClock = field(default_factory=WallClock)
    costs: list[list[Usage]] = field(default_factory=list[list[Usage]])
    asked: list[int] = field(default_factory=list[int])
    refused: bool = False
    failure: str = ""

    @property
    def spent(self) -> Usage:
        """Cost of all calls so far."""
        return sum((cost for call in self.costs for cost in call), Usage())

    def shares(self, parts: int) -> list[Usage]:
        """The cost of each of `parts` solutions that were scored by these calls.

        Requests belong to solutions in order, the same number to each; where a call's number of
        requests is no multiple of the solutions, its cost is split evenly.
        """
        shares = [Usage()] * parts
        for asked, costs in zip(self.asked, self.costs, strict=True):
            if asked % parts == 0:
                for place, cost in enumerate(costs):
                    shares[place * parts // asked] += cost
            else:
                even = _split(sum(costs, Usage()), parts)
                shares = [one + other for one, other in zip(shares, even, strict=True)]
        return shares

    async def generate(
        self, engine: str, prompts: Sequence[Prompt], params: SamplingParams
    ) -> list[Completion | None]:
        """One completion per prompt; `None` where the budget had no room or the call failed."""
        chosen = self._engine(engine)
        room = self._room(chosen, prompts, params.max_tokens)
        requests = [
            GenerateRequest(prompt, params, (index,)) for index, prompt in enumerate(prompts[:room])
        ]
        rows: list[Completion] = []
        with self.clock.timing(len(requests)) as measured:
            try:
                rows = [row[0] for row in await chosen.generate(requests)] if requests else []
            except EngineError as error:
                self._fail(error)
        self._charge(chosen, len(prompts), [row.usage for row in rows], measured)
        for row in rows:
            if row.finish == "error":
                self.failure = self.failure or row.error or "the engine failed"
        done: list[Completion | None] = [None if row.finish == "error" else row for row in rows]
        return _padded(done, len(prompts))

    async def score(
        self, engine: str, requests: Sequence[tuple[Prompt, str]]
    ) -> list[ContinuationScore | None]:
        """One score per (prompt, continuation); `None` where the budget had no room."""
        chosen = self._engine(engine)
        longest = max((len(text.encode()) for _, text in requests), default=0)
        room = self._room(chosen, [prompt for prompt, _ in requests], 1, longest)
        batch = [ScoreRequest(prompt, text) for prompt, text in requests[:room]]
        rows: list[ContinuationScore] = []
        with self.clock.timing(len(batch)) as measured:
            try:
                rows = await chosen.score(batch) if batch else []
            except (EngineError, UnsupportedError) as error:
                self._fail(error)
        self._charge(chosen, len(requests), [row.usage for row in rows], measured)
        return _padded(list[ContinuationScore | None](rows), len(requests))

    async def hidden_states(
        self, engine: str, requests: Sequence[StatesRequest]
    ) -> list[LayerStates | None]:
        """Hidden states per request; `None` without room or on an engine that has none."""
        chosen = self._engine(engine)
        room = self._room(chosen, [request.prompt for request in requests], 0)
        rows: list[LayerStates] = []
        with self.clock.timing(room) as measured:
            try:
                if not isinstance(chosen, HiddenStates):
                    raise UnsupportedError(f"{chosen.info.engine} does not show hidden states")
                rows = list(await chosen.hidden_states(requests[:room])) if room else []
            except (EngineError, UnsupportedError) as error:
                self._fail(error)
        self._charge(chosen, len(requests), [row.usage for row in rows], measured)
        return _padded(list[LayerStates | None](rows), len(requests))

    def _engine(self, role: str) -> Engine:
        if role not in self.engines:
            raise UnknownNameError("engine on this bench", role, self.engines)
        return self.engines[role]

    def _fail(self, error: Exception) -> None:
        self.failure = self.failure or f"{type(error).__name__}: {error}"

    def _room(self, engine: Engine, prompts: Sequence[Prompt], written: int, read: int = 0) -> int:
        """Calls that fit at worst-case cost, each reading its whole prompt and `read` tokens."""
        if not prompts:
            return 0
        bound = max(prompt_bound_tokens(prompt) for prompt in prompts) + read
        counted = Usage(prompt_tokens=bound, generated_tokens=written)
        worst = Usage(
            verifier_tokens=bound + written,
            flops=priced(counted, engine.info).flops,
            cost_usd=worst_price(engine.info, bound, written),
        )
        room = self.ledger.admit(len(prompts), worst)
        self.refused = self.refused or room < len(prompts)
        return room

    def _charge(
        self, engine: Engine, asked: int, usages: Sequence[Usage], measured: CallTimes
    ) -> None:
        """Charge the requests made; the call's latency is shared out among them."""
        self.asked.append(asked)
        self.costs.append([])
        latency_s = max((usage.seconds or measured.latency_s for usage in usages), default=0.0)
        for usage in usages:
            cost = priced(usage, engine.info)
            charged = Usage(
                verifier_calls=1,
                verifier_tokens=usage.prompt_tokens + usage.generated_tokens,
                flops=cost.flops,
                cost_usd=cost.cost_usd,
                seconds=latency_s / len(usages),
                wall_s=measured.share_s,
            )
            self.costs[-1].append(charged)
            self.ledger.charge(charged)


def _padded(rows: list[_Row | None], length: int) -> list[_Row | None]:
    return rows + [None] * (length - len(rows))


def _split(usage: Usage, parts: int) -> list[Usage]:
    """Equal shares of a usage; the remainder of a whole number goes to the first shares."""
    calls, tokens = usage.verifier_calls, usage.verifier_tokens
    return [
        replace(
            usage,
            verifier_calls=calls // parts + (part < calls % parts),
            verifier_tokens=tokens // parts + (part < tokens % parts),
            seconds=usage.seconds / parts,
            flops=usage.flops / parts,
            cost_usd=usage.cost_usd / parts,
            wall_s=usage.wall_s / parts,
        )
        for part in range(parts)
    ]
