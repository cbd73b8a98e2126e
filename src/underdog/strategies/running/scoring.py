"""Scoring solutions with a verifier under the budget; stored scores are not computed again."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from math import isfinite

from underdog.core import (
    Engine,
    Oracle,
    PoolKey,
    Question,
    RolloutStore,
    Solution,
    StoredScore,
    Usage,
    Verifier,
)
from underdog.errors import OracleError, VerifierError
from underdog.strategies.running.budgeted_calls import BudgetedCalls
from underdog.strategies.running.ledger import Ledger

Pools = Mapping[tuple[str, str], PoolKey]


def check_verifier(verifier: Verifier | Oracle) -> None:
    """Raise `OracleError` for a verifier that sees gold answers."""
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
    """The same solutions with the verifier's scores under `label`, where it gave a score."""
    if not verifier.pointwise:
        return await _score_together(verifier, label, question, solutions, engines, ledger)
    stored = _stored(verifier, solutions, pools, store)
    missing = [one for one in solutions if _place(one) not in stored]
    if missing:
        calls = BudgetedCalls(engines, ledger)
        fresh = await _fresh(verifier, question, missing, calls)
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
    scores = await _fresh(verifier, question, solutions, BudgetedCalls(engines, ledger))
    return tuple(_scored(one, label, score) for one, score in zip(solutions, scores, strict=True))


async def _fresh(
    verifier: Verifier, question: Question, solutions: Sequence[Solution], calls: BudgetedCalls
) -> list[float | None]:
    """One finite score per solution, or `None`. Raises `VerifierError` for another count."""
    scores = await verifier.score(question, solutions, calls)
    if len(scores) != len(solutions):
        raise VerifierError(
            f"verifier {verifier.name} gave {len(scores)} scores for {len(solutions)} solutions; "
            "it must give one per solution, None where it has none"
        )
    return [score if score is not None and isfinite(score) else None for score in scores]


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
    """Equal shares of a usage; the remainder of a whole number goes to the first share."""
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
