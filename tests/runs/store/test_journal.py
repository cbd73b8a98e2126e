import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import Candidate, Decision, Outcome, Solution, Usage
from underdog.errors import StoreError
from underdog.measure.results import ItemResult
from underdog.runs.manifest import Manifest
from underdog.runs.store.database import Database
from underdog.runs.store.journal import ArmKey, Journal
from underdog.runs.store.store import Store

MANIFEST = Manifest("sums", "test", 10, 10, "problems-hash", {}, "0.1.0")
KEY = ArmKey("toy", "cot", "majority(n=2)", "{}", "{}")
CHOSEN = Solution(1, "main", "cot", "= 2", "2", "2")
OUTCOME = Outcome(
    "q1",
    "majority(n=2)",
    Decision("2", CHOSEN, (Candidate("2", "2", 2, 2.0, 1.0),), 1.0, "majority of 2"),
    (replace(CHOSEN, index=0), CHOSEN),
    Usage(calls=2),
    sampled=2,
)

any_text = st.text(st.characters(), max_size=9)
items = st.builds(
    ItemResult,
    problem_id=any_text,
    status=st.sampled_from(["right", "wrong", "no_answer", "undecided"]),
    score=st.floats(0, 1),
    usage=st.builds(Usage, calls=st.integers(0, 99), seconds=st.floats(0, 1e9)),
    confidence=st.floats(0, 1),
    answer=st.none() | any_text,
    num_solutions=st.integers(0, 99),
    group=any_text,
    failure=any_text,
)


@given(st.lists(items, max_size=5, unique_by=lambda item: item.problem_id))
def test_finished_items_come_back_exactly_and_in_order(given_items: list[ItemResult]) -> None:
    with Store(":memory:") as store:
        arm = store.journal.begin("run", MANIFEST).arm(KEY, "arm")
        for place, item in reversed(list(enumerate(given_items))):
            asyncio.run(arm.finish(place, item, OUTCOME, "because"))
        assert arm.items() == given_items


def test_a_finished_item_is_never_written_again() -> None:
    with Store(":memory:") as store:
        arm = store.journal.begin("run", MANIFEST).arm(KEY, "arm")
        first = ItemResult("q1", "right", 1.0, Usage())
        asyncio.run(arm.finish(0, first, OUTCOME, ""))
        asyncio.run(arm.finish(0, replace(first, status="wrong"), OUTCOME, ""))
        assert arm.items() == [first]


def test_an_item_that_failed_or_that_something_else_graded_is_written_again() -> None:
    with Store(":memory:") as store:
        arm = store.journal.begin("run", MANIFEST).arm(KEY, "arm")
        first = ItemResult("q1", "wrong", 0.0, Usage(), grader="a.1", failure="down")
        for item in (
            first,
            replace(first, failure=""),
            replace(first, failure="", status="right", grader="a.2"),
        ):
            asyncio.run(arm.finish(0, item, OUTCOME, ""))
            [kept] = arm.items()
            assert (kept, kept.grader) == (item, item.grader)


@pytest.mark.parametrize(
    "damage",
    [
        *("status = 'wrong'", "score = 0.5", "answer = '9'", "confidence = 0.1", "place = 9"),
        *("decision = '{'", "error = 'x'", "flops = 7", "wall_s = 7", "grader = 'x'"),
        *("group_name = 'g'", "failure = 'f'", "checksum = 5", "seconds = 0.5", "sampled = 3"),
        "problem_id = 'q9'",
    ],
)
def test_a_damaged_item_is_left_out_counted_and_written_again(damage: str) -> None:
    with Store(":memory:") as store:
        arm = store.journal.begin("run", MANIFEST).arm(KEY, "arm")
        kept = [ItemResult(f"q{place}", "right", 1.0, Usage(), grader="g") for place in range(3)]
        for place, item in enumerate(kept):
            asyncio.run(arm.finish(place, item, OUTCOME, ""))
        store.database.read(f"UPDATE outcome SET {damage} WHERE problem_id = 'q1'")
        assert arm.items() == [kept[0], kept[2]]
        assert arm.damaged_rows == store.damaged_rows == 1
        asyncio.run(arm.finish(1, kept[1], OUTCOME, ""))
        assert arm.items() == kept


def test_an_item_keeps_what_it_rests_on() -> None:
    with Store(":memory:") as store:
        arm = store.journal.begin("run", MANIFEST).arm(KEY, "arm")
        asyncio.run(arm.finish(0, ItemResult("q1", "right", 1.0, Usage()), OUTCOME, "equal"))
        undecided = Outcome("q2", "m", Decision(None), error="too long")
        asyncio.run(arm.finish(1, ItemResult("q2", "no_answer", 0.0, Usage()), undecided, ""))
        rows = store.database.read("SELECT decision, error FROM outcome ORDER BY place")
        assert '"chosen": ["main", "cot", 1]' in rows[0][0]
        assert '"drawn": [["main", "cot", 0], ["main", "cot", 1]]' in rows[0][0]
        assert '"chosen": null' in rows[1][0]
        assert rows[1][1] == "too long"


def test_arms_with_equal_keys_are_one_and_results_list_them_in_order() -> None:
    with Store(":memory:") as store:
        run = store.journal.begin("run", MANIFEST)
        item = ItemResult("q1", "right", 1.0, Usage())
        asyncio.run(run.arm(KEY, "first").finish(0, item, OUTCOME, ""))
        run.arm(replace(KEY, form="program"), "second")
        assert run.arm(KEY, "renamed").items() == [item]
        assert [(arm.name, arm.form, len(arm.items)) for arm in run.results()] == [
            ("first", "cot", 1),
            ("second", "program", 0),
        ]


def test_runs_of_one_store_are_apart() -> None:
    with Store(":memory:") as store:
        one = store.journal.begin("one", MANIFEST)
        two = store.journal.begin("two", replace(MANIFEST, limit=5))
        asyncio.run(
            one.arm(KEY, "arm").finish(0, ItemResult("q1", "right", 1.0, Usage()), OUTCOME, "")
        )
        assert two.arm(KEY, "arm").items() == []
        assert [run.name for run in store.journal.runs()] == ["one", "two"]
        assert store.journal.runs()[1].manifest["limit"] == 5


def test_events_tell_what_happened_when() -> None:
    ticks = iter([1.0, 2.0, 3.0, 4.0, 5.0])
    journal = Journal(Database(":memory:"), clock=lambda: next(ticks))
    journal.begin("run", MANIFEST)
    run = journal.begin("run", MANIFEST)
    run.note("item failed", "q1: \ud800")
    assert [(event.kind, event.detail, event.at_unix_s) for event in run.events()] == [
        ("started", "", 2.0),
        ("resumed", "", 4.0),
        ("item failed", "q1: \ud800", 5.0),
    ]


def test_another_manifest_is_refused_and_the_difference_named() -> None:
    with Store(":memory:") as store:
        store.journal.begin("run", MANIFEST)
        with pytest.raises(StoreError) as caught:
            store.journal.begin("run", replace(MANIFEST, limit=20, split="dev"))
        assert 'limit was 10, is now 20; split was "test", is now "dev"' in str(caught.value)
        assert "another file with --run" in str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE run SET manifest = '{'",
        "UPDATE run SET manifest = replace(manifest, 'sums', 'sumz')",
        "UPDATE arm SET key = '{}'",
        "UPDATE arm SET name = 'brm'",
        "UPDATE event SET detail = 'other'",
    ],
)
def test_damaged_rows_are_a_typed_error(statement: str) -> None:
    with Store(":memory:") as store:
        run = store.journal.begin("run", MANIFEST)
        run.arm(KEY, "arm")
        store.database.read(statement)
        with pytest.raises(StoreError, match="damaged"):
            _ = store.journal.runs() and run.results() and run.events()
        if "manifest" in statement:
            with pytest.raises(StoreError, match="damaged"):
                store.journal.begin("run", MANIFEST)
