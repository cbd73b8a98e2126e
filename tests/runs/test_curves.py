import asyncio
import statistics
from dataclasses import replace

import pytest

from tests.runs.toys import LuckVerifier, toy_bench, toy_problems
from underdog.core import Budget
from underdog.errors import StoreError, UsageError
from underdog.measure.passk import Vote, maj_at_k
from underdog.runs.curves import CurvePoint, GradedPool, curves, graded_pools
from underdog.runs.replay import PoolView, replay_arm
from underdog.runs.runner import Arm, run_arm
from underdog.runs.store.memory_store import MemoryStore
from underdog.strategies.best_of_n import BestOfN
from underdog.strategies.majority import Majority

PROBLEMS = toy_problems(40)


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    store = MemoryStore()
    asyncio.run(run_arm(Arm("fill", Majority(16), toy_bench(store)), PROBLEMS))
    return store


@pytest.fixture(scope="module")
def pools(store: MemoryStore) -> list[GradedPool]:
    return asyncio.run(graded_pools(toy_bench(store), PROBLEMS, ["luck"]))


def point(points: list[CurvePoint], rule: str, n: int) -> CurvePoint:
    [found] = [one for one in points if (one.rule, one.n) == (rule, n)]
    return found


def test_pools_are_read_whole_and_graded(pools: list[GradedPool]) -> None:
    assert [len(pool) for pool in pools] == [16] * 40
    assert {pool.group for pool in pools} == {"g0", "g1", "g2"}
    some = pools[0]
    gold = PROBLEMS[0].gold
    assert [key == gold for key in some.keys] == list(some.right)
    assert [score is None for score in some.scores["luck"]] == [key is None for key in some.keys]


def test_every_rule_has_a_point_at_every_count_the_pools_allow(pools: list[GradedPool]) -> None:
    points = curves(pools, seed=1, subsets=20)
    assert [(one.rule, one.n) for one in points] == [
        (rule, n) for rule in ("majority", "best_of luck", "pass") for n in (1, 2, 4, 8, 16)
    ]
    assert [one.oracle_bound for one in points] == [one.rule == "pass" for one in points]
    assert all(one.num_problems == 40 for one in points)
    assert all(one.accuracy.value in one.accuracy.interval for one in points)


def test_curves_repeat_with_their_seed_and_move_with_it(pools: list[GradedPool]) -> None:
    once = curves(pools, seed=1, subsets=20)
    assert once == curves(pools, seed=1, subsets=20)
    other = curves(pools, seed=2, subsets=20)
    assert point(once, "best_of luck", 4).accuracy != point(other, "best_of luck", 4).accuracy
    assert point(once, "majority", 4).subset_sd != point(other, "majority", 4).subset_sd
    assert point(once, "majority", 4).accuracy.value == point(other, "majority", 4).accuracy.value


def test_majority_agrees_with_the_exact_sum_over_subsets(pools: list[GradedPool]) -> None:
    points = curves(pools, seed=3, subsets=2000)
    for n in (2, 8):
        exact = statistics.fmean(
            maj_at_k([Vote(*vote) for vote in zip(pool.keys, pool.right, strict=True)], n, seed=0)
            for pool in pools
        )
        assert point(points, "majority", n).accuracy.value == pytest.approx(exact, abs=0.01)


def test_one_sample_is_the_mean_rightness_under_every_rule(pools: list[GradedPool]) -> None:
    mean = statistics.fmean(statistics.fmean(pool.right) for pool in pools)
    points = curves(pools, seed=3, subsets=3000, counts=[1])
    for rule in ("majority", "best_of luck", "pass"):
        assert point(points, rule, 1).accuracy.value == pytest.approx(mean, abs=0.01)


@pytest.mark.parametrize(("rule", "strategy"), [
    ("majority", Majority(16)), ("best_of luck", BestOfN(16, "luck")),
])  # fmt: skip
def test_the_whole_pool_gives_what_the_strategy_gives_in_the_same_orders(
    store: MemoryStore, pools: list[GradedPool], rule: str, strategy: Majority
) -> None:
    bench = replace(toy_bench(store), store=PoolView(store))
    arm = Arm("arm", strategy, bench)
    rates = [
        asyncio.run(replay_arm(arm, PROBLEMS, resample=seed)).num_right / 40 for seed in range(25)
    ]
    found = point(curves(pools, seed=0, subsets=400), rule, 16)
    assert found.accuracy.value == pytest.approx(statistics.fmean(rates), abs=0.03)


def test_the_spread_shrinks_with_n_and_tokens_grow(pools: list[GradedPool]) -> None:
    points = curves(pools, seed=0)
    small, large = point(points, "majority", 1), point(points, "majority", 16)
    assert small.subset_sd > large.subset_sd
    assert large.generated_tokens == pytest.approx(16 * small.generated_tokens)
    assert point(points, "pass", 4).subset_sd == 0.0


def pool(keys: list[str | None], right: str, scores: list[float | None]) -> GradedPool:
    flags = tuple(key == right for key in keys)
    return GradedPool("q", "", tuple(keys), flags, {"v": tuple(scores)}, (1,) * len(keys))


def test_a_pool_without_answers_is_never_right() -> None:
    empty = pool([None, None], "1", [1.0, 2.0])
    assert {one.accuracy.value for one in curves([empty], seed=0, subsets=4)} == {0.0}


def test_best_of_prefers_a_scored_answer_to_an_unscored_and_any_answer_to_none() -> None:
    mixed = pool([None, "1", "2"], "2", [9.0, None, -1e9])
    points = curves([mixed], seed=0, subsets=4, counts=[3])
    assert point(points, "best_of v", 3).accuracy.value == 1.0
    unscored = pool([None, "1"], "1", [float("inf"), float("-inf")])
    points = curves([unscored], seed=0, subsets=4, counts=[2])
    assert point(points, "best_of v", 2).accuracy.value == 1.0


def test_ties_are_shared_by_the_order_of_drawing() -> None:
    tied = pool(["1", "2"], "2", [1.0, 1.0])
    points = curves([tied], seed=0, subsets=2000, counts=[2])
    for rule in ("majority", "best_of v"):
        assert point(points, rule, 2).accuracy.value == pytest.approx(0.5, abs=0.05)


def test_empty_pools_say_what_to_do() -> None:
    nothing = asyncio.run(graded_pools(toy_bench(MemoryStore()), PROBLEMS[:1]))
    with pytest.raises(StoreError, match="no stored solutions for problem 'q0'; run an arm"):
        curves(nothing, seed=0)
    with pytest.raises(StoreError, match="no problems"):
        curves([], seed=0)


@pytest.mark.parametrize("bad", [{"subsets": 0}, {"counts": [0, 2]}])
def test_counts_below_one_are_refused(pools: list[GradedPool], bad: dict) -> None:
    with pytest.raises(UsageError, match="must be 1 or more"):
        curves(pools, seed=0, **bad)


def test_a_verifier_that_compares_solutions_is_sent_to_replay(store: MemoryStore) -> None:
    bench = replace(toy_bench(store), verifiers={"luck": LuckVerifier(pointwise=False)})
    with pytest.raises(UsageError, match="replay best_of_n:verifier=luck instead"):
        asyncio.run(graded_pools(bench, PROBLEMS, ["luck"]))


def test_a_budget_does_not_hide_stored_solutions(store: MemoryStore) -> None:
    asyncio.run(run_arm(Arm("two", Majority(2), toy_bench(store), Budget(calls=2)), PROBLEMS[:2]))
    assert len(asyncio.run(graded_pools(toy_bench(store), PROBLEMS[:1]))[0]) == 16
