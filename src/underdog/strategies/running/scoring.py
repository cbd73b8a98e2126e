"""Scores solutions with a verifier under the budget; stored scores are read, not recomputed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from underdog.core import (
    Completion,
    ContinuationScore,
    Engine,
    GenerateRequest,
    Oracle,
    PoolKey,
    Prompt,
    Question,
    RolloutStore,
    SamplingParams,
    ScoreRequest,
    Solution,
    StoredScore,
    Usage,
    Verifier,
)
from underdog.errors import EngineError, OracleError, UnknownNameError, UnsupportedError
from underdog.strategies.running.ledger import Ledger, price, prompt_bound_tokens

_Row = TypeVar("_Row")
Pools = Mapping[tuple[str, str], PoolKey]


def check_verifier(verifier: Verifier | Oracle) -> None:
    """Refuse anything that sees gold. Raises `OracleError`."""
    if isinstance(verifier, Oracle):
        raise OracleError(
            f"{verifier.name} sees gold answers and cannot serve a strategy; "
            "use it in evaluation, where it is reported as an oracle bound"
        )


async def score_solutions(
    verifier: Verifier,
    label: str,
    question: Question,
    solutions: Sequence[Solution],
    pools: Pools,
    engines: Mapping[str, Engine],
    store: RolloutStore,
    ledger: Ledger,
) -> tuple[Solution, ...]:
    """The same solutions with the verifier's scores added under `label` where it gave one."""
    if not verifier.pointwise:
        return await _score_together(verifier, label, question, solutions, engines, ledger)
    stored = _stored(verifier, solutions, pools, store)
    missing = [one for one in solutions if _place(one) not in stored]
    if missing:
        calls = BudgetedCalls(engines, ledger)
        fresh = await verifier.score(question, missing, calls)
        shares = _split(calls.spent, len(missing))
        made = {
            _place(one): StoredScore(score, share)
            for one, score, share in zip(missing, fresh, shares, strict=True)
        }
        if not calls.refused:
            _keep(verifier, made, pools, store)
        stored |= made
    fresh_places = {_place(one) for one in missing}
    for place, entry in stored.items():
        if place not in fresh_places:
            ledger.charge(entry.usage)
    return tuple(_scored(one, label, stored[_place(one)].score) for one in solutions)


async def _score_together(
    verifier: Verifier,
    label: str,
    question: Question,
    solutions: Sequence[Solution],
    engines: Mapping[str, Engine],
    ledger: Ledger,
) -> tuple[Solution, ...]:
    scores = await verifier.score(question, solutions, BudgetedCalls(engines, ledger))
    return tuple(_scored(one, label, score) for one, score in zip(solutions, scores, strict=True))


def _scored(solution: Solution, label: str, score: float | None) -> Solution:
    return solution if score is None else solution.with_score(label, score)


_Place = tuple[str, str, int]


def _place(solution: Solution) -> _Place:
    return solution.engine, solution.form, solution.index


def _stored(
    verifier: Verifier, solutions: Sequence[Solution], pools: Pools, store: RolloutStore
) -> dict[_Place, StoredScore]:
    found: dict[_Place, StoredScore] = {}
    for (engine, form), pool in pools.items():
        mine = [one.index for one in solutions if (one.engine, one.form) == (engine, form)]
        for index, entry in store.scores(pool, verifier.name, mine).items() if mine else ():
            found[engine, form, index] = entry
    return found


def _keep(
    verifier: Verifier, made: Mapping[_Place, StoredScore], pools: Pools, store: RolloutStore
) -> None:
    for (engine, form), pool in pools.items():
        mine = {place[2]: entry for place, entry in made.items() if place[:2] == (engine, form)}
        if mine:
            store.add_scores(pool, verifier.name, mine)


def _split(usage: Usage, parts: int) -> list[Usage]:
    """Equal shares that add up; whole numbers give their remainder to the first."""
    shares: list[Usage] = []
    for part in range(parts):
        values: list[float] = []
        for column in fields(usage):
            value = getattr(usage, column.name)
            if isinstance(value, int):
                values.append(value // parts + (part < value % parts))
            else:
                values.append(value / parts)
        shares.append(Usage(*values))  # type: ignore[arg-type]
    return shares


@dataclass(slots=True)
class BudgetedCalls:
    """Engine access for verifiers; every token is a verifier token and every call is reserved.

    Attributes:
        engines: Engines by role.
        ledger: The problem's account.
        spent: What this verifier's calls cost.
        refused: Whether the budget or the engine turned a call down.
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
