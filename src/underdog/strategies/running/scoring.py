"""Scoring solutions with a verifier under the budget; stored scores are not computed again."""

from collections.abc import Mapping, Sequence
from math import isfinite

from underdog.core import (
    Oracle,
    PoolKey,
    Question,
    RolloutStore,
    Solution,
    StoredScore,
    Verifier,
)
from underdog.errors import (
    CONCERN_ALL,
    OracleError,
    VerifierError,
)
from underdog.strategies.running.bench import Bench
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


class VerifierFailure(Exception):
    """A verifier could not score; nothing may be decided in its name."""


async def score_solutions(
    verifier: Verifier,
    label: str,
    question: Question,
    solutions: Sequence[Solution],
    pools: Pools,
    bench: Bench,
    ledger: Ledger,
) -> tuple[Solution, ...]:
    """The same solutions with the verifier's scores under `label`, where it gave a score.

    Raises:
        VerifierFailure: The verifier or an engine that it needs failed, or it gave no score to any
            solution with an answer although the budget had room.
    """
    calls = BudgetedCalls(bench.engines, ledger, bench.clock)
    if verifier.pointwise:
        scores = await _one_by_one(verifier, question, solutions, pools, bench.store, calls)
    else:
        scores = await _fresh(verifier, question, solutions, calls)
    answered = [score for one, score in zip(solutions, scores, strict=True) if one.vote_key]
    if answered and not calls.refused and all(score is None for score in answered):
        raise VerifierFailure(f"{label} gave no score to any of {len(answered)} solutions")
    pairs = zip(solutions, scores, strict=True)
    return tuple(one if score is None else one.with_score(label, score) for one, score in pairs)


async def _one_by_one(
    verifier: Verifier,
    question: Question,
    solutions: Sequence[Solution],
    pools: Pools,
    store: RolloutStore,
    calls: BudgetedCalls,
) -> list[float | None]:
    """Scores of a pointwise verifier: stored ones are charged as if they were made now."""
    known = _stored(verifier, solutions, pools, store)
    missing = [one for one in solutions if _place(one) not in known]
    made: dict[_Place, StoredScore] = {}
    if missing:
        fresh = await _fresh(verifier, question, missing, calls)
        shares = calls.shares(len(missing))
        made = {
            _place(one): StoredScore(score, share)
            for one, score, share in zip(missing, fresh, shares, strict=True)
        }
        if not calls.refused and any(score is not None for score in fresh):
            _keep(verifier, made, pools, store)
    scores: list[float | None] = []
    for one in solutions:
        entry = known.get(_place(one))
        if entry is None:
            scores.append(made[_place(one)].score)
        elif calls.ledger.has_room(entry.usage):
            calls.ledger.charge(entry.usage)
            scores.append(entry.score)
        else:
            calls.refused = True
            scores.append(None)
    return scores


async def _fresh(
    verifier: Verifier, question: Question, solutions: Sequence[Solution], calls: BudgetedCalls
) -> list[float | None]:
    """One finite score per solution, or `None`.

    Raises:
        VerifierFailure: The verifier, or an engine that it asked, failed.
        VerifierError: It gave another number of scores than there are solutions.
    """
    try:
        scores = await verifier.score(question, solutions, calls)
    except CONCERN_ALL:
        raise
    except Exception as error:  # boundary: a verifier may be anyone's code
        raise VerifierFailure(f"{verifier.name} failed: {type(error).__name__}: {error}") from error
    if calls.failure:
        raise VerifierFailure(f"{verifier.name} failed: {calls.failure}")
    if len(scores) != len(solutions):
        raise VerifierError(
            f"verifier {verifier.name} gave {len(scores)} scores for {len(solutions)} solutions; "
            "it must give one per solution, None where it has none"
        )
    return [score if score is not None and isfinite(score) else None for score in scores]


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
