"""Files that an older underdog wrote are read, checked, replayed and mixed as they were."""

import json
import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.pinned.conftest import Tell
from tests.pinned.doors import PoolKey, Store, export_parquet
from tests.pinned.folders import contents, copy_files, stored, told
from tests.pinned.pins import Pins, still

pytestmark = pytest.mark.untraced
PINS = Pins("old_files")
MONTY = ("--sandbox", "monty")


@pytest.fixture(autouse=True)
def files(place: Path) -> None:
    copy_files(place)


def test_a_run_is_reported(tell: Tell, place: Path) -> None:
    PINS.same("report", still(tell("report", "run.sqlite", *MONTY, "--out", "card.html")))
    PINS.digest("report page", still((place / "card.html").read_text("utf-8")))
    PINS.digest("report card", told(tell("report", "run.sqlite", *MONTY, "--json")))


def test_a_run_is_reported_without_its_data(tell: Tell, place: Path) -> None:
    (place / "own.jsonl").unlink()
    PINS.digest("report alone", still(tell("report", "run.sqlite", *MONTY)))


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--side", "big"),
        ("--n", "1,2,4", "--order", "3"),
        ("--strategy", "majority:n=3", "--strategy", "best_of_n:n=4,verifier=mean_logprob"),
        ("--strategy", "deepconf:n=9", "--allow-short"),
    ],
)
def test_a_run_is_replayed(tell: Tell, more: tuple[str, ...]) -> None:
    words = " ".join(("replay", *more))
    PINS.same(words, still(tell("replay", "run.sqlite", *more, *MONTY)))
    PINS.digest(f"{words} json", told(tell("replay", "run.sqlite", *more, *MONTY, "--json")))


def test_the_solutions_of_a_run_are_read_and_exported(place: Path) -> None:
    with closing(sqlite3.connect(place / "run.sqlite")) as connection:
        names = "task, problem_id, engine, form, prompt, params, root_seed"
        rows = connection.execute(f"SELECT {names} FROM pool ORDER BY {names}").fetchall()
    pools = [PoolKey(*row[:-1], root_seed=int(row[-1])) for row in rows]
    with Store(place / "run.sqlite", create=False) as store:
        PINS.digest("solutions", [store.solutions(pool, 0, 99) for pool in pools])
        events = [run.events() for run in store.journal.runs()]
        PINS.same("events", [(one.kind, one.detail) for run in events for one in run])
        export_parquet(store, place / "exported")
    PINS.same("exported", contents(place / "exported"))


def test_a_run_is_resumed(tell: Tell, place: Path) -> None:
    with closing(sqlite3.connect(place / "run.sqlite")) as connection:
        manifest = connection.execute("SELECT manifest FROM run").fetchone()[0]
        connection.execute("DELETE FROM outcome WHERE place > 4")
        connection.execute("DELETE FROM score")
        connection.execute("DELETE FROM solution WHERE idx > 2")
        connection.commit()
    if json.loads(manifest)["code"] != version("underdog"):
        pytest.skip("a run goes on only under the version that began it")
    strategies = (
        *("majority:n=5", "weighted:n=4,verifier=judge(engine=big)", "cascade:max_n=4"),
        "cross_form:n=4,forms=cot+program",
    )
    tell(
        *("challenge", "--small", "scripted:replies.json", "--big", "scripted:big.json"),
        *("--tasks", "own.toml", "--limit", 9, "--seed", 4, "--run", "run.sqlite", *MONTY),
        *(word for strategy in strategies for word in ("--small-strategy", strategy)),
    )
    PINS.same("resumed", stored(place / "run.sqlite", "resumed"))


def test_a_data_set_is_checked_and_shown(tell: Tell, place: Path) -> None:
    PINS.same("data check", still(tell("data", "check", "sums", "--workers", 1)))
    PINS.same("data inspect", still(tell("data", "inspect", "sums", "--page", "page.html")))
    PINS.digest("data inspect page", still((place / "page.html").read_text("utf-8")))
    PINS.digest("data inspect json", told(tell("data", "inspect", "sums", "--json")))
    PINS.same("data set", contents(place / "sums"))


def test_a_data_set_compared_by_older_rules_is_not_mixed_with_new_rows(
    tell: Tell, place: Path
) -> None:
    command = (
        *("data", "make", "addition(digits=3)=2", "words=1", "--count", 14),
        *("--shard-problems", 9, "--seed", 11, "--forms", "answer,cot,program,equations"),
        *("--workers", 1, "--json"),
    )
    with pytest.raises(AssertionError, match="by older rules"):
        tell(*command, "--out", "sums")
    tell(*command, "--out", "sums2", "--name", "sums")
    assert rows(place / "sums2") == rows(place / "sums")


def rows(folder: Path) -> list[dict[str, object]]:
    """All rows of a data set."""
    files = sorted(folder.glob("data/*.parquet"))
    return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


def test_a_mixture_is_made(tell: Tell, place: Path) -> None:
    tell("data", "mix", "mix.toml", "--items", 60, "--out", "mixed", "--workers", 1)
    PINS.same("mixture", contents(place / "mixed"))


def test_a_task_is_read(tell: Tell) -> None:
    for split in ("train", "test"):
        PINS.digest(f"task {split}", tell("tasks", "show", "own.toml", "--split", split, "--json"))
    PINS.same("task check", tell("tasks", "check", "own.toml", "--json"))
