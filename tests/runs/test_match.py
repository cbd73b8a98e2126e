"""Matches: both corners on the same problems, resumed, read back and replayed without models."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runs.toys import INFO, NoSandbox, ToyEngine, ToyForm, ToyTask
from underdog.core import Budget, Problem, RolloutStore
from underdog.errors import EngineError, StoreError, UnknownNameError, UsageError
from underdog.forms import forms
from underdog.runs.match import Contender, Match, Terms, default_split, play
from underdog.runs.store.checksums import row_checksum
from underdog.runs.store.store import Store
from underdog.runs.stored_match import (
    find_run,
    latest_runs,
    outcomes,
    read_match,
    recorded,
    reopen,
    replay,
)

ALL = Terms()
BIG = replace(INFO, model="toy-9m", fingerprint="toy-big-fingerprint")


@pytest.fixture(autouse=True)
def line_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "create", lambda spec: {"line": ToyForm()}[spec])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "match.db") as opened:
        yield opened


def corners(
    small: ToyEngine | None = None,
    big: ToyEngine | None = None,
    strategies: tuple[str, ...] = ("majority:n=4", "greedy"),
) -> dict[str, Contender]:
    return {
        "small": Contender("small", small or ToyEngine(), strategies),
        "big": Contender("big", big or ToyEngine(BIG), ("greedy",), "line"),
    }


def fight(store: Store, terms: Terms = ALL, **given: object) -> Match:
    return asyncio.run(play(ToyTask(), corners(**given), terms, store, NoSandbox()))


def test_every_arm_answers_every_problem(store: Store) -> None:
    match = fight(store)
    assert [arm.name for arm in match.small] == ["small line majority:n=4", "small line greedy"]
    assert [arm.name for arm in match.big] == ["big line greedy"]
    ids = [item.problem_id for item in match.big[0].items]
    assert len(ids) == match.num_problems == 20
    assert all([item.problem_id for item in arm.items] == ids for arm in match.small)
    assert match.finished
    assert (match.task, match.split) == ("sums", "test")
    assert match.labels == {"small": "small", "big": "big"}


def test_a_finished_match_samples_nothing_again(store: Store) -> None:
    first = fight(store)
    small, big = ToyEngine(), ToyEngine(BIG)
    assert fight(store, small=small, big=big) == first
    assert (small.calls, big.calls) == (0, 0)


def test_progress_names_the_arm_and_counts_up(store: Store) -> None:
    told: list[tuple[str, int]] = []
    terms = Terms(limit=3, concurrency=1)
    run = play(
        ToyTask(),
        corners(strategies=("greedy",)),
        terms,
        store,
        NoSandbox(),
        progress=lambda arm, how_far: told.append((arm, how_far.done)),
    )
    asyncio.run(run)
    asyncio.run(
        play(
            ToyTask(),
            corners(strategies=("greedy",)),
            terms,
            store,
            NoSandbox(),
            progress=lambda arm, how_far: told.append((arm, -how_far.resumed)),
        )
    )
    small, big = "small line greedy", "big line greedy"
    assert told[6:] == [(small, -3), (big, -3)]
    assert told[:6] == [(small, 1), (small, 2), (small, 3), (big, 1), (big, 2), (big, 3)]


def test_the_budget_caps_the_small_corner_only(store: Store) -> None:
    match = fight(store, Terms(budget=Budget(calls=2), limit=4), strategies=("majority:n=4",))
    assert {item.num_solutions for item in match.small[0].items} == {2}
    assert {item.num_solutions for item in match.big[0].items} == {1}


def test_other_terms_are_refused_by_name(store: Store) -> None:
    fight(store)
    with pytest.raises(StoreError, match="root_seed was"):
        fight(store, Terms(seed=7))


def test_a_longer_match_is_another_run_that_reuses_solutions(store: Store) -> None:
    fight(store, Terms(limit=5))
    small = ToyEngine()
    fight(store, Terms(limit=6), small=small)
    assert small.calls == 2
    assert [run.name for run in latest_runs(store)] == ["sums/test first 6"]
    assert [run.name for run in store.journal.runs()] == ["sums/test first 5", "sums/test first 6"]


def test_twin_arms_are_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="'small line greedy' is in the match twice"):
        fight(store, strategies=("greedy", "greedy"))


def test_an_unknown_split_offers_the_known_ones(store: Store) -> None:
    with pytest.raises(UnknownNameError, match="unknown split of task 'sums' 'tset'; did you mean"):
        fight(store, Terms(split="tset"))


def test_a_task_without_problems_is_refused(store: Store) -> None:
    class Empty(ToyTask):
        def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
            return iter(())

    with pytest.raises(UsageError, match="has no problems in split 'test'"):
        asyncio.run(play(Empty(), corners(), Terms(), store, NoSandbox()))


def test_the_default_split_is_test_or_the_last() -> None:
    assert default_split(ToyTask(splits=("train", "test", "extra"))) == "test"
    assert default_split(ToyTask(splits=("train", "dev"))) == "dev"


def test_a_match_is_read_back_from_its_run(store: Store) -> None:
    played = fight(store)
    [run] = latest_runs(store)
    assert read_match(run) == played
    record = recorded(run)
    assert (record.task, record.split, record.terms) == ("sums", "test", Terms())
    assert record.contenders["big"].info == BIG


def test_a_run_is_found_by_name(store: Store) -> None:
    match = fight(store, Terms(limit=2))
    assert find_run(store, match.run).name == "sums/test first 2"
    with pytest.raises(UnknownNameError, match="did you mean sums/test first 2"):
        find_run(store, "sums/test")


def test_strategies_added_later_join_the_record(store: Store) -> None:
    fight(store, strategies=("greedy",))
    fight(store, strategies=("majority:n=2",))
    [run] = latest_runs(store)
    names = ("small line greedy", "small line majority:n=2")
    assert recorded(run).contenders["small"].arms == names
    assert tuple(arm.name for arm in read_match(run).small) == names


def test_an_interrupted_match_is_read_on_the_problems_that_all_begun_arms_finished(
    store: Store,
) -> None:
    calls = 0

    def stop_later(prompt: str, seed: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 8:
            raise EngineError("the engine died")

    with pytest.raises(EngineError):
        fight(store, Terms(concurrency=1), big=ToyEngine(BIG, watch=stop_later))
    [run] = latest_runs(store)
    match = read_match(run)
    assert not match.finished
    assert [len(arm.items) for arm in (*match.small, *match.big)] == [7, 7, 7]


def test_arms_that_have_not_begun_are_left_out(store: Store) -> None:
    def fail(prompt: str, seed: int) -> None:
        raise EngineError("never")

    with pytest.raises(EngineError):
        fight(store, big=ToyEngine(BIG, watch=fail))
    match = read_match(latest_runs(store)[0])
    assert [len(arm.items) for arm in match.small] == [20, 20]
    assert match.big == ()


def test_a_store_or_run_without_a_match_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="holds no match"):
        latest_runs(store)
    fight(store)
    [run] = latest_runs(store)
    store.database.transaction().__enter__().execute("DELETE FROM event WHERE kind = 'match'")
    with pytest.raises(StoreError, match="run 'sums/test' holds no match"):
        recorded(run)


def test_a_replay_gives_what_the_live_arm_gave(store: Store) -> None:
    played = fight(store)
    [run] = latest_runs(store)
    ring = reopen(run, store, NoSandbox(), task=ToyTask())
    again = asyncio.run(replay(ring, "majority:n=4"))
    assert again.items == played.small[0].items
    assert again.replayed
    big = asyncio.run(replay(ring, "greedy", side="big"))
    assert big.items == played.big[0].items


def test_a_replay_beyond_the_stored_rollouts_fails_unless_allowed(store: Store) -> None:
    fight(store)
    ring = reopen(latest_runs(store)[0], store, NoSandbox(), task=ToyTask())
    with pytest.raises(StoreError, match="lower its n"):
        asyncio.run(replay(ring, "majority:n=5"))
    short = asyncio.run(replay(ring, "majority:n=5", allow_short=True))
    assert {item.num_solutions for item in short.items} == {4}


def test_a_replay_in_another_order_draws_other_subsets(store: Store) -> None:
    fight(store)
    ring = reopen(latest_runs(store)[0], store, NoSandbox(), task=ToyTask())
    runs = [asyncio.run(replay(ring, "majority:n=1", order_seed=seed)) for seed in range(4)]
    assert len({tuple(item.answer for item in run.items) for run in runs}) > 1


def test_outcomes_show_what_was_drawn(store: Store) -> None:
    played = fight(store)
    ring = reopen(latest_runs(store)[0], store, NoSandbox(), task=ToyTask())
    found = asyncio.run(outcomes(ring, "majority:n=4"))
    for item in played.small[0].items:
        assert found[item.problem_id].decision.answer == item.answer
        assert len(found[item.problem_id].solutions) == 4


def test_a_replay_on_changed_problems_is_refused(store: Store) -> None:
    class Changed(ToyTask):
        def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
            for problem in super().problems(split, limit):
                question = replace(problem.question, fields={"unit": "kg"})
                yield replace(problem, question=question)

    fight(store)
    with pytest.raises(StoreError, match="has other problems now"):
        reopen(latest_runs(store)[0], store, NoSandbox(), task=Changed())


def test_a_replay_on_changed_gold_answers_grades_by_them(store: Store) -> None:
    class Changed(ToyTask):
        def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
            for problem in super().problems(split, limit):
                yield replace(problem, gold="0")

    fight(store)
    ring = reopen(latest_runs(store)[0], store, NoSandbox(), task=Changed())
    result = asyncio.run(replay(ring, "majority:n=1"))
    right = {problem.id for problem in ring.problems if problem.question.text == "0+0"}
    assert {item.problem_id for item in result.items if item.right} <= right


def test_without_a_hash_of_the_questions_any_change_is_refused(store: Store) -> None:
    class Changed(ToyTask):
        def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
            for problem in super().problems(split, limit):
                yield replace(problem, gold="0")

    fight(store)
    [run] = latest_runs(store)
    manifest = {**run.manifest, "questions": ""}
    text = json.dumps(manifest, sort_keys=True)
    checksum = row_checksum((run.name, text))
    store.database.read("UPDATE run SET manifest = ?, checksum = ?", (text, checksum))
    assert reopen(run, store, NoSandbox(), task=ToyTask()).problems
    with pytest.raises(StoreError, match="has other problems now"):
        reopen(run, store, NoSandbox(), task=Changed())


def test_the_record_says_how_to_find_the_task_again(store: Store) -> None:
    run = play(ToyTask(), corners(), Terms(limit=2), store, NoSandbox(), source="mine/sums.toml")
    asyncio.run(run)
    assert recorded(latest_runs(store)[0]).task == "mine/sums.toml"


def test_records_are_json_that_anyone_can_read(store: RolloutStore) -> None:
    fight(store)
    [event] = [one for one in latest_runs(store)[0].events() if one.kind == "match"]
    assert json.loads(event.detail)["contenders"]["small"]["info"]["model"] == "toy-1m"
