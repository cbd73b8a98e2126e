"""Replay: evaluates a strategy with the usual driver on stored rollouts, without sampling.

Any strategy, number of samples, budget or price can be tried on what a run has already sampled.
Seconds are the stored ones. At another price every row pays its whole prompt. Replies whose
checker, form or sandbox has changed since are read again. A replay that needs more solutions than
are stored fails, unless `allow_short` is set, rather than report a smaller strategy under the name
of a larger one.

`resample` shuffles the pools by a seed: the first n solutions are then a random subset without
replacement, and repeats with other seeds show the spread between subsets.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from underdog.core import (
    Completion,
    ContinuationScore,
    EngineInfo,
    GenerateRequest,
    PoolKey,
    Price,
    Problem,
    RolloutStore,
    ScoreRequest,
    Solution,
    StoredScore,
)
from underdog.errors import StoreError, UnsupportedError
from underdog.measure.results import ArmResult
from underdog.runs.runner import Arm, run_arm
from underdog.seeds import derive
from underdog.strategies.running.pricing import repriced

_WHOLE_POOL = 1 << 40


@dataclass(slots=True)
class ReplayEngine:
    """An engine without a model: it has the `info` of the sampled engine and can sample nothing.

    Attributes:
        info: Declaration of the engine that filled the store.
        refused: Whether a sample beyond the stored ones was asked for.
    """

    info: EngineInfo
    refused: bool = False

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Refuse. Raises `UnsupportedError`, which ends the pool."""
        self.refused = True
        raise UnsupportedError(
            "a replay samples nothing, and a verifier asked for new text; run the arm on a live "
            "engine once, so that the verifier's scores are stored"
        )

    async def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        """Refuse. Raises `StoreError`."""
        raise StoreError(
            "a replay has no model, and scores that a verifier needs are not stored; run the arm "
            "on a live engine once"
        )

    async def aclose(self) -> None:
        """Release nothing."""


class PoolView:
    """A `RolloutStore` that shows another store's pools in a seeded order, at other prices.

    Args:
        store: Store of the rollouts. Scores computed during a replay are added to it.
        order_seed: Seed of the order; `None` keeps the order of sampling.
        prices: Prices by engine fingerprint; other engines' solutions keep their stored cost.
    """

    def __init__(
        self,
        store: RolloutStore,
        order_seed: int | None = None,
        prices: Mapping[str, Price] | None = None,
    ) -> None:
        self._store = store
        self._order_seed = order_seed
        self._prices = dict(prices or {})
        self._loaded: dict[PoolKey, list[Solution]] = {}

    def seen(self, order_seed: int | None, prices: Mapping[str, Price]) -> "PoolView":
        """A view of the same pools in another order and at other prices, sharing the pools read."""
        view = PoolView(self._store, order_seed, prices)
        view._loaded = self._loaded
        return view

    def solutions(self, pool: PoolKey, start: int, count: int) -> list[Solution]:
        """Solutions at places `start` to `start + count - 1` of the order, re-indexed by place."""
        kept = self._pool(pool)
        order = self._order(pool, len(kept))
        places = range(start, min(start + count, len(kept)))
        price = self._prices.get(pool.engine)
        return [_shown(kept[order[place]], place, price) for place in places]

    def add_solutions(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Refuse. Raises `UnsupportedError`."""
        raise UnsupportedError("a replay adds no solutions to the store it reads")

    async def keep_solutions(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Refuse. Raises `UnsupportedError`."""
        self.add_solutions(pool, solutions)

    async def keep_readings(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Keep new readings of stored solutions, under the solutions' own indices."""
        kept = self._pool(pool)
        order = self._order(pool, len(kept))
        for one in solutions:
            before = kept[order[one.index]]
            usage = replace(one.usage, cost_usd=before.usage.cost_usd)
            kept[order[one.index]] = replace(one, index=before.index, usage=usage)
        await self._store.keep_readings(pool, [kept[order[one.index]] for one in solutions])

    def scores(
        self, pool: PoolKey, verifier: str, indices: Sequence[int]
    ) -> dict[int, StoredScore]:
        """Stored scores by the solutions' place in the order."""
        places = self._places(pool, indices)
        found = self._store.scores(pool, verifier, list(places))
        return {places[index]: score for index, score in found.items()}

    def add_scores(self, pool: PoolKey, verifier: str, scores: dict[int, StoredScore]) -> None:
        """Store scores under the solutions' own indices."""
        places = self._places(pool, list(scores))
        self._store.add_scores(
            pool, verifier, {index: scores[place] for index, place in places.items()}
        )

    def _places(self, pool: PoolKey, places: Sequence[int]) -> dict[int, int]:
        """Place in the order by stored index."""
        kept = self._pool(pool)
        order = self._order(pool, len(kept))
        return {kept[order[place]].index: place for place in places if place < len(kept)}

    def _pool(self, pool: PoolKey) -> list[Solution]:
        if pool not in self._loaded:
            self._loaded[pool] = self._store.solutions(pool, 0, _WHOLE_POOL)
        return self._loaded[pool]

    def _order(self, pool: PoolKey, size: int) -> list[int]:
        order = list(range(size))
        if self._order_seed is not None:
            path = (self._order_seed, pool.task, pool.problem_id, pool.form, pool.params)
            random.Random(derive("order", *path)).shuffle(order)  # noqa: S311  # not for secrets
        return order


async def replay_arm(
    arm: Arm,
    problems: Sequence[Problem],
    *,
    resample: int | None = None,
    prices: Mapping[str, Price] | None = None,
    allow_short: bool = False,
) -> ArmResult:
    """Evaluate an arm on its bench's store, without calling its engines.

    Args:
        arm: The arm; only its engines' `info` is used. Replays of arms whose store is the same
            `PoolView` read each pool once.
        problems: The problems, in the order of the result.
        resample: Seed of a shuffled order of the pools; `None` keeps the order of sampling.
        prices: Token prices by the engine's role, in place of the engine's own.
        allow_short: Accept pools that end before the strategy is done; it then decides from the
            stored solutions.

    Raises:
        StoreError: A pool ends before the strategy is done, or a score is not stored.
    """
    bench, new_prices = arm.bench, prices or {}
    infos = {role: engine.info for role, engine in bench.engines.items()}
    engines = {
        role: ReplayEngine(replace(info, price=new_prices.get(role, info.price)))
        for role, info in infos.items()
    }
    view = bench.store if isinstance(bench.store, PoolView) else PoolView(bench.store)
    view = view.seen(
        resample, {infos[role].fingerprint: price for role, price in new_prices.items()}
    )
    replayed = replace(arm, bench=replace(bench, engines=engines, store=view))
    result = await run_arm(replayed, problems)
    if not allow_short and any(engine.refused for engine in engines.values()):
        raise StoreError(
            f"{arm.name}: some stored pools end before {arm.strategy.name} is done; run the arm "
            "to sample the rest, or lower its number of samples"
        )
    return replace(result, replayed=True)


def _shown(solution: Solution, place: int, price: Price | None) -> Solution:
    usage = solution.usage if price is None else repriced(solution.usage, price)
    return replace(solution, index=place, usage=usage)
