import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import PoolKey, RolloutStore, Solution, StoredScore, TokenTrace, Usage
from underdog.runs.store import store as store_module
from underdog.runs.store.memory_store import MemoryStore
from underdog.runs.store.store import Store

POOL = PoolKey("sums", "q1", "engine", "cot", "prompt", "params", 0)

any_text = st.text(st.characters(), max_size=12)
finite = st.floats(0, 1e12)
count = st.integers(0, 1 << 40)
usages = st.builds(Usage, count, count, count, count, count, count, finite, finite, finite)
solutions = st.builds(
    Solution,
    index=st.integers(0, 5),
    engine=st.sampled_from(["main", "big"]),
    form=st.just("cot"),
    text=any_text,
    answer=st.none() | any_text,
    vote_key=st.none() | any_text,
    strict=st.booleans(),
    status=st.sampled_from(["ok", "no_answer", "truncated"]),
    finish=st.sampled_from(["stop", "length"]),
    trace=st.builds(TokenTrace, st.lists(finite, max_size=3).map(tuple)),
    usage=usages,
    scores=st.dictionaries(any_text.filter(str.isprintable), finite, max_size=2),
    detail=any_text,
)


@pytest.fixture(params=["file", "memory", "sqlite memory"])
def rollouts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RolloutStore]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        with Store(tmp_path / "runs.sqlite" if request.param == "file" else ":memory:") as store:
            yield store


def solution(index: int, text: str = "= 2") -> Solution:
    return Solution(index, "main", "cot", text, answer="2", vote_key="2")


def test_solutions_come_back_by_index_without_holes(rollouts: RolloutStore) -> None:
    rollouts.add_solutions(POOL, [solution(3), solution(0), solution(7)])
    assert [one.index for one in rollouts.solutions(POOL, 0, 7)] == [0, 3]
    assert [one.index for one in rollouts.solutions(POOL, 3, 5)] == [3, 7]
    assert rollouts.solutions(POOL, 8, 5) == []


def test_a_solution_that_is_there_is_left_as_it_was(rollouts: RolloutStore) -> None:
    rollouts.add_solutions(POOL, [solution(0, "first")])
    rollouts.add_solutions(POOL, [solution(0, "second"), solution(1, "new")])
    assert [one.text for one in rollouts.solutions(POOL, 0, 9)] == ["first", "new"]


def test_pools_that_differ_in_any_part_are_apart(rollouts: RolloutStore) -> None:
    rollouts.add_solutions(POOL, [solution(0)])
    others = [
        replace(POOL, **{name: "other"})
        for name in PoolKey.__dataclass_fields__
        if name != "root_seed"
    ]
    others += [replace(POOL, root_seed=1), replace(POOL, root_seed=1 << 64)]
    for other in others:
        assert rollouts.solutions(other, 0, 9) == []
        assert rollouts.scores(other, "v", [0]) == {}


def test_nothing_added_is_nothing_kept(rollouts: RolloutStore) -> None:
    rollouts.add_solutions(POOL, [])
    rollouts.add_scores(POOL, "v", {})
    assert rollouts.solutions(POOL, 0, 9) == []
    assert rollouts.scores(POOL, "v", [0, 1]) == {}


def test_scores_come_back_for_the_indices_asked(rollouts: RolloutStore) -> None:
    kept = {0: StoredScore(0.5, Usage(verifier_calls=1)), 1: StoredScore(None), 4: StoredScore(-1)}
    rollouts.add_scores(POOL, "v", kept)
    rollouts.add_scores(POOL, "v", {0: StoredScore(9.0)})
    rollouts.add_scores(POOL, "w", {2: StoredScore(1.0)})
    assert rollouts.scores(POOL, "v", [4, 0]) == {0: kept[0], 4: kept[4]}
    assert rollouts.scores(POOL, "v", [1, 2]) == {1: kept[1]}
    assert rollouts.scores(POOL, "v", []) == {}


def test_a_score_that_is_not_a_number_is_no_score(rollouts: RolloutStore) -> None:
    rollouts.add_scores(POOL, "v", {0: StoredScore(math.nan), 1: StoredScore(math.inf)})
    assert rollouts.scores(POOL, "v", [0, 1]) == {0: StoredScore(None), 1: StoredScore(math.inf)}


@given(st.lists(solutions, max_size=4, unique_by=lambda one: one.index))
def test_everything_in_a_solution_comes_back_exactly(given_solutions: list[Solution]) -> None:
    with Store(":memory:") as store:
        store.add_solutions(POOL, given_solutions)
        expected = sorted(given_solutions, key=lambda one: one.index)
        assert store.solutions(POOL, 0, 99) == expected


def test_a_closed_store_opens_again_with_everything(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "runs.sqlite"
    with Store(path) as store:
        assert store.path == str(path)
        store.add_solutions(POOL, [solution(0)])
        store.close()
    with Store(path, survives="power loss", create=False) as store:
        assert store.solutions(POOL, 0, 1) == [solution(0)]


def test_two_open_stores_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"
    with Store(path) as one, Store(path) as other:
        one.add_solutions(POOL, [solution(0, "first")])
        other.add_solutions(POOL, [solution(0, "second"), solution(1)])
        assert [row.text for row in one.solutions(POOL, 0, 9)] == ["first", "= 2"]


def test_threads_share_one_store(tmp_path: Path) -> None:
    with Store(tmp_path / "runs.sqlite") as store:

        def add(number: int) -> None:
            pool = replace(POOL, problem_id=str(number % 3))
            for index in range(20):
                store.add_solutions(pool, [solution(index * 8 + number)])

        threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = [store.solutions(replace(POOL, problem_id=str(one)), 0, 999) for one in range(3)]
        assert sum(map(len, kept)) == 160


def test_a_full_cache_of_pools_starts_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_CACHED_POOLS", 2)
    with Store(":memory:") as store:
        pools = [replace(POOL, problem_id=str(number)) for number in range(5)]
        for pool in pools:
            store.add_solutions(pool, [solution(0, pool.problem_id)])
        texts = [store.solutions(pool, 0, 1)[0].text for pool in pools]
        assert texts == ["0", "1", "2", "3", "4"]


def test_partial_solutions_lie_in_pools_of_their_own(rollouts: RolloutStore) -> None:
    whole, partial = POOL, replace(POOL, prefix="so far")
    rollouts.add_solutions(whole, [Solution(0, "main", "cot", "whole")])
    rollouts.add_solutions(partial, [Solution(0, "main", "cot", "partial")])
    rollouts.add_scores(partial, "v", {0: StoredScore(0.5)})
    assert [one.text for one in rollouts.solutions(whole, 0, 9)] == ["whole"]
    assert [one.text for one in rollouts.solutions(partial, 0, 9)] == ["partial"]
    assert rollouts.scores(whole, "v", [0]) == {}
