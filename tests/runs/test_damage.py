"""A run's file with damaged cells: said and counted in reports and replays, made again by a run."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from underdog import challenge, replay, report
from underdog.errors import StoreError
from underdog.reports.fight_card import FightCard
from underdog.runs.grader import what_changed


def play(run: Path) -> FightCard:
    [card] = challenge(
        "scripted:reply=The answer is 4.",
        tasks="addition:digits=1",
        limit=5,
        form="cot",
        small_strategy="majority:n=3",
        run=run,
        sandbox="monty",
    )
    return card


def texts(run: Path) -> list[str]:
    with closing(sqlite3.connect(run)) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM solution")]


@pytest.mark.parametrize("damage", ["4.' || char(7)", "5.'"])
def test_a_damaged_sample_and_result_are_said_and_made_again(tmp_path: Path, damage: str) -> None:
    run = tmp_path / "run.sqlite"
    before = play(run)
    whole = sorted(texts(run))
    with closing(sqlite3.connect(run)) as connection:
        connection.execute(f"UPDATE solution SET text = 'The answer is {damage} WHERE rowid = 2")
        connection.execute("UPDATE outcome SET status = 'right' WHERE arm_id = 1 AND place = 0")
        connection.commit()
    [shown] = report(run, sandbox="monty")
    assert "rows of the run's file are damaged and were not used" in "\n".join(shown.notes)
    assert shown.n == 4
    with pytest.raises(StoreError, match="pools end before"):
        replay(run, "majority:n=3", sandbox="monty")
    [replayed] = replay(run, "majority:n=3", sandbox="monty", allow_short=True)
    assert any("1 rows of the file are damaged" in note for note in replayed.notes)
    mended = play(run)
    assert (mended.n, mended.small.headline.num_right) == (5, before.small.headline.num_right)
    with closing(sqlite3.connect(run)) as connection:
        events = connection.execute("SELECT detail FROM event WHERE kind = 'damaged rows'")
        assert "majority:n=3: 2 rows so far" in events.fetchall()[0][0]
    assert sorted(texts(run)) == whole
    [again] = report(run, sandbox="monty")
    assert "damaged" not in "\n".join(again.notes)


def test_what_changed_is_put_in_words() -> None:
    assert "older underdog" in what_changed("", "a.b")
    assert "checker, form, sandbox or code" in what_changed("a.b", "c.b")
    assert "questions or gold answers" in what_changed("a.b", "a.c")
