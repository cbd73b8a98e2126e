import asyncio
from dataclasses import replace

import pytest

from tests.runs.toys import INFO, ModelVerifier, ToyEngine, toy_bench, toy_problems
from underdog.core import Budget, PoolKey, Price, Solution
from underdog.errors import StoreError, UnsupportedError
from underdog.measure.results import ArmResult
from underdog.runs.replay import PoolView, ReplayEngine, replay_arm
from underdog.runs.runner import Arm, run_arm
from underdog.runs.store.memory_store import MemoryStore
from underdog.strategies.best_of_n import BestOfN
from underdog.strategies.greedy import Greedy
from underdog.strategies.majority import Majority

PROBLEMS = toy_problems(12)


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    store = MemoryStore()
    asyncio.run(run_arm(Arm("fill", Majority(16), toy_bench(store)), PROBLEMS))
    return store


def replayed(arm: Arm, **more: object) -> ArmResult:
    return asyncio.run(replay_arm(arm, PROBLEMS, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("strategy", [Majority(16), Majority(5), BestOfN(8, "luck")])
def test_a_replay_gives_what_a_live_run_gives(store: MemoryStore, strategy: Majority) -> None:
    live = asyncio.run(run_arm(Arm("arm", strategy, toy_bench(MemoryStore())), PROBLEMS))
    engine = ToyEngine()
    result = replayed(Arm("arm", strategy, toy_bench(store, engine)))
    assert result == replace(live, replayed=True)
    assert engine.calls == 0


def test_a_budget_holds_in_a_replay(store: MemoryStore) -> None:
    result = replayed(Arm("arm", Majority(16), toy_bench(store), Budget(calls=3)))
    assert {item.num_solutions for item in result.items} == {3}


def test_a_replay_beyond_what_is_stored_fails_unless_allowed(store: MemoryStore) -> None:
    arm = Arm("large", Majority(64), toy_bench(store))
    with pytest.raises(StoreError, match=r"large: .* end before majority\(n=64\) is done"):
        replayed(arm)
    short = replayed(arm, allow_short=True)
    assert {item.num_solutions for item in short.items} == {16}


def test_a_strategy_that_was_never_sampled_is_not_replayed(store: MemoryStore) -> None:
    with pytest.raises(StoreError, match="run the arm to sample the rest"):
        replayed(Arm("greedy", Greedy(), toy_bench(store)))


def test_another_price_changes_money_and_nothing_else(store: MemoryStore) -> None:
    arm = Arm("arm", Majority(4), toy_bench(store))
    free = replayed(arm)
    dear = replayed(arm, prices={"main": Price(generated_usd=1e6)})
    assert free.usage.cost_usd == 0.0
    assert dear.usage.cost_usd == dear.usage.generated_tokens
    assert replace(dear.usage, cost_usd=0.0) == free.usage


def test_resamples_differ_repeat_and_keep_the_whole_pool(store: MemoryStore) -> None:
    bench = replace(toy_bench(store), store=PoolView(store))
    few, all_ = Arm("few", Majority(3), bench), Arm("all", Majority(16), bench)
    draws = [replayed(few, resample=seed) for seed in range(6)]
    assert draws[0] == replayed(few, resample=0)
    assert len({tuple(item.answer for item in draw.items) for draw in draws}) > 1
    usages = {replayed(all_, resample=seed).usage.generated_tokens for seed in range(3)}
    assert len(usages) == 1


def test_scores_follow_their_solutions_into_another_order() -> None:
    store = MemoryStore()
    bench = replace(toy_bench(store), verifiers={"model": ModelVerifier()})
    live = asyncio.run(run_arm(Arm("arm", BestOfN(8, "model"), bench), PROBLEMS))
    for seed in (None, 1, 2):
        again = replayed(Arm("arm", BestOfN(8, "model"), bench), resample=seed)
        assert [item.answer for item in again.items] == [item.answer for item in live.items]
        assert again.usage.verifier_tokens == live.usage.verifier_tokens


def test_scores_computed_in_a_replay_are_kept_under_their_own_solutions(
    store: MemoryStore,
) -> None:
    bench = toy_bench(store)
    replayed(Arm("arm", BestOfN(3, "luck"), bench), resample=5)
    asked = bench.verifiers["luck"].asked  # type: ignore[attr-defined]
    straight = replayed(Arm("arm", BestOfN(16, "luck"), bench))
    live = asyncio.run(run_arm(Arm("arm", BestOfN(16, "luck"), toy_bench()), PROBLEMS))
    assert straight == replace(live, replayed=True)
    assert bench.verifiers["luck"].asked <= 12 * 16 - 0  # type: ignore[attr-defined]
    assert asked <= 36


@pytest.mark.parametrize(("how", "error"), [("score", StoreError), ("ask", UnsupportedError)])
def test_scores_that_need_a_model_are_not_made_up(
    store: MemoryStore, how: str, error: type[Exception]
) -> None:
    bench = replace(toy_bench(store), verifiers={"fresh": ModelVerifier(how, "fresh")})
    with pytest.raises(error, match="once"):
        replayed(Arm("arm", BestOfN(4, "fresh"), bench))


def test_a_view_adds_no_solutions(store: MemoryStore) -> None:
    pool = PoolKey("t", "q", "e", "f", "p", "s", 0)
    with pytest.raises(UnsupportedError, match="adds no solutions"):
        PoolView(store).add_solutions(pool, [Solution(0, "main", "line", "= 1")])
    with pytest.raises(UnsupportedError, match="adds no solutions"):
        asyncio.run(PoolView(store).keep_solutions(pool, [Solution(0, "main", "line", "= 1")]))


def test_a_replay_engine_closes() -> None:
    asyncio.run(ReplayEngine(INFO).aclose())
