"""Stored replies outlive what reads and grades them: a change is noticed, counted and followed."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from underdog import challenge, replay, report
from underdog.errors import StoreError
from underdog.reports.fight_card import FightCard

REPLIES = {"*": ["The answer is 3.", "So 6 / 2 = 3. The answer is 3."]}
GOLDS = ("3.4", "4", "5")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("r.json").write_text(json.dumps(REPLIES))
    write_task()
    return tmp_path


def write_task(
    checker: str = "numeric", golds: tuple[str, ...] = GOLDS, asked: str = "Item {}: how many?"
) -> None:
    rows = [{"q": asked.format(at), "a": gold} for at, gold in enumerate(golds)]
    Path("t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("t.toml").write_text(
        f'checker = "{checker}"\n[files]\ntest = "t.jsonl"\n'
        '[columns]\nquestion = "q"\nanswer = "a"\n'
    )


def play(run: str = "s.sqlite", form: str = "cot", sandbox: str = "monty") -> FightCard:
    [card] = challenge(
        "scripted:r.json",
        tasks="t.toml",
        form=form,
        small_strategy="majority:n=3",
        run=run,
        sandbox=sandbox,
    )
    return card


def right(card: FightCard) -> int:
    return card.small.headline.num_right


def solutions(run: str = "s.sqlite") -> list[tuple]:
    with closing(sqlite3.connect(run)) as connection:
        return connection.execute(
            "SELECT pool_id, idx, text, answer, reader FROM solution ORDER BY 1, 2"
        ).fetchall()


def notes(card: FightCard) -> str:
    return "\n".join(card.notes)


CHANGES: dict[str, tuple[Callable[[], None], int, str]] = {
    "tolerance": (lambda: write_task("numeric:tolerance=0.5"), 1, "the checker, form, sandbox"),
    "another tolerance": (lambda: write_task("numeric:tolerance=0.9"), 1, "the checker"),
    "another checker": (lambda: write_task("exact"), 0, "the checker, form, sandbox or code"),
    "one gold answer": (lambda: write_task(golds=("3", "4", "5")), 1, "gold answers"),
    "all gold answers": (lambda: write_task(golds=("3", "3", "3")), 3, "gold answers"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_followed_and_said_on_resume(place: Path, change: str) -> None:
    apply, expected, reason = CHANGES[change]
    first = play()
    assert (right(first), "again" in notes(first)) == (0, False)
    texts = [row[:3] for row in solutions()]
    apply()
    second = play()
    assert right(second) == right(play("fresh.sqlite")) == expected
    assert "graded" in notes(second)
    assert reason in notes(second)
    assert [row[:3] for row in solutions()] == texts
    count = 1 if change == "one gold answer" else 3
    assert f"majority:n=3: {count} results were graded again, as" in notes(second)
    third = play()
    assert right(third) == expected
    told = [event for event in notes(third).splitlines() if "again" in event]
    assert told == [event for event in notes(second).splitlines() if "again" in event]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_followed_and_said_in_reports_and_replays(place: Path, change: str) -> None:
    apply, expected, reason = CHANGES[change]
    play()
    apply()
    [card] = report("s.sqlite", sandbox="monty")
    assert right(card) == expected
    assert reason in notes(card)
    assert "were decided, charged and graded again from stored replies" in notes(card)
    [replayed] = replay("s.sqlite", "majority:n=3", "majority:n=1", sandbox="monty")
    assert replayed.arms[0].num_right == expected
    assert [(one.left, one.right) for one in replayed.verdicts] == [
        (replayed.arms[1].name, replayed.arms[0].name)
    ]


def test_a_replay_says_how_many_replies_it_read_again(place: Path) -> None:
    play()
    write_task("numeric:tolerance=0.5")
    [first] = replay("s.sqlite", "majority:n=3", sandbox="monty")
    assert first.arms[0].read_again == 9
    assert any("9 stored replies were read again" in note for note in first.notes)
    [second] = replay("s.sqlite", "majority:n=3", sandbox="monty")
    assert second.arms[0].read_again == 0
    assert not any("read again" in note for note in second.notes)


def test_other_questions_are_refused_not_mixed(place: Path) -> None:
    play()
    write_task(asked="Thing {}: how many?")
    for again in (play, lambda: replay("s.sqlite", "majority:n=3", sandbox="monty")):
        with pytest.raises(StoreError, match=r"made differently|other problems"):
            again()
    assert right(play("fresh.sqlite")) == 0


def test_nothing_is_read_again_when_nothing_changed(place: Path) -> None:
    play()
    before = solutions()
    write_task()
    card = play()
    assert "again" not in notes(card)
    assert solutions() == before
    assert len({row[-1] for row in before}) == 1


def test_results_of_an_unknown_reader_are_graded_again(place: Path) -> None:
    """As a file of an older underdog is: results and answers by it are not trusted."""
    from underdog.runs.store.checksums import sql_checksum

    play()
    with closing(sqlite3.connect("s.sqlite")) as connection:
        connection.create_function("row_checksum", -1, sql_checksum)
        cells = "task, problem_id, engine, form, prompt, params, root_seed, prefix"
        rest = [
            row[1]
            for row in connection.execute("PRAGMA table_info(solution)")
            if row[1] not in ("pool_id", "checksum")
        ]
        connection.execute("UPDATE solution SET reader = '', answer = '99', vote_key = '99'")
        connection.execute(
            f"UPDATE solution SET checksum = row_checksum((SELECT row_checksum(0, {cells}) "
            f"FROM pool WHERE pool.id = pool_id), {', '.join(_order(rest))})"
        )
        connection.commit()
    [replayed] = replay("s.sqlite", "majority:n=3", sandbox="monty")
    assert replayed.arms[0].read_again == 9
    assert {row[3] for row in solutions() if row[4]} == {"3"}
    assert right(play()) == 0
    assert {row[3] for row in solutions()} == {"3"}


def _order(columns: list[str]) -> list[str]:
    """The columns in the order of their checksum: `wall_s` stands before `reader`."""
    usage = [one for one in columns if one not in ("wall_s", "reader")]
    return [*usage, "wall_s", "reader"]


def test_a_report_that_cannot_grade_again_says_so(place: Path) -> None:
    play()
    with closing(sqlite3.connect("s.sqlite")) as connection:
        connection.execute("DELETE FROM solution WHERE idx = 2")
        connection.commit()
    write_task("numeric:tolerance=0.5")
    [card] = report("s.sqlite", sandbox="monty")
    assert right(card) == 0
    assert "are shown as they were graded then" in notes(card)


def test_scores_of_another_reading_are_dropped(place: Path) -> None:
    from underdog.core import PoolKey, Solution, StoredScore
    from underdog.runs.store.memory_store import MemoryStore
    from underdog.runs.store.store import Store

    pool = PoolKey("t", "q", "e", "f", "p", "s", 0)
    made = [Solution(at, "main", "f", "text", "3", "3", reader="old") for at in range(3)]
    for store in (MemoryStore(), Store(":memory:")):
        store.add_solutions(pool, made)
        for verifier in ("a", "b"):
            scores = {at: StoredScore(at / 2) for at in range(3)}
            store.add_scores(pool, verifier, scores)
        store.add_scores(replace(pool, task="u"), "a", {1: StoredScore(1.0)})
        fresh = [
            replace(made[0], reader="new"),
            replace(made[1], reader="new", answer="4", vote_key="4"),
            Solution(7, "main", "f", "not stored before", reader="new"),
        ]
        asyncio.run(store.keep_readings(pool, fresh))
        kept = store.solutions(pool, 0, 9)
        assert [(one.index, one.answer, one.reader) for one in kept] == [
            (0, "3", "new"),
            (1, "4", "new"),
            (2, "3", "old"),
            (7, None, "new"),
        ]
        assert sorted(store.scores(pool, "a", range(9))) == [0, 2]
        assert sorted(store.scores(pool, "b", range(9))) == [0, 2]
        assert store.scores(replace(pool, task="u"), "a", [1])
