"""Cells run once each, in any number of processes to the same bits, and go on after kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.paths import CHECKOUT
from tests.studies.grids.coins import Coins
from underdog.errors import DataError, UnknownNameError, UsageError
from underdog.studies.cell_store import CellStore, cells_csv, code_digest, read_cells_csv
from underdog.studies.study import Cell, CellResult, Finished, grid
from underdog.studies.study_run import run_cells

RUN = """
import sys
from pathlib import Path
from tests.studies.grids.coins import Coins
from underdog.studies.study_run import run_cells
if __name__ == "__main__":
    study = Coins()
    for update in run_cells(study, study.cells("cpu"), Path(sys.argv[1]), 2):
        print(update.done, flush=True)
"""


def contents(folder: Path) -> dict[str, object]:
    """What the cells of a folder found, without what it cost."""
    found = {path.name: json.loads(path.read_text()) for path in folder.glob("cells/*.json")}
    return {name: (one["cell"], one["result"]) for name, one in found.items()}


def started(program: Path, folder: Path, **more: str) -> "subprocess.Popen[str]":
    paths = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "src")])
    return subprocess.Popen(
        [sys.executable, str(program), str(folder)],
        env=os.environ | {"PYTHONPATH": paths} | more,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(RUN)
    return path


def test_one_and_two_processes_find_the_same_bits(tmp_path: Path) -> None:
    study = Coins()
    cells = study.cells("cpu")
    for jobs in (1, 2):
        *_, last = run_cells(study, cells, tmp_path / str(jobs), jobs)
        assert (last.done, last.total) == (12, 12)
    one, two = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert one == two
    assert len(one) == 12


def test_a_finished_cell_is_not_run_again(tmp_path: Path) -> None:
    study = Coins()
    first = study.cells("ci")
    list(run_cells(study, first, tmp_path, 1))
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("cells/*.json")}
    updates = list(run_cells(study, study.cells("cpu"), tmp_path, 2))
    assert [update.done for update in updates] == [*range(4, 13)]
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_after_kill_9_the_same_call_goes_on_and_nothing_is_left_running(
    program: Path, tmp_path: Path
) -> None:
    whole, killed, waiting = tmp_path / "whole", tmp_path / "killed", tmp_path / "waiting"
    waiting.mkdir()
    study = Coins()
    list(run_cells(study, study.cells("cpu"), whole, 2))
    list(run_cells(study, study.cells("cpu")[:5], killed, 2))
    deadline = time.monotonic() + 120
    with started(program, killed, COINS_WAIT=str(waiting)) as process:
        while len(list(waiting.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.kill()
    cells = [int(path.name) for path in waiting.iterdir()]
    assert len(cells) == 2
    while any(map(psutil.pid_exists, cells)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(psutil.pid_exists, cells))
    assert len(contents(killed)) == 5
    assert not list(killed.glob("cells/.*"))
    with started(program, killed) as process:
        output, _ = process.communicate(timeout=120)
    assert output.split() == [*map(str, range(5, 13))]
    assert contents(killed) == contents(whole)


def test_a_stopped_run_ends_its_cells(tmp_path: Path, program: Path) -> None:
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    deadline = time.monotonic() + 120
    with started(program, tmp_path / "out", COINS_WAIT=str(waiting)) as process:
        while len(list(waiting.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    cells = [int(path.name) for path in waiting.iterdir()]
    while any(map(psutil.pid_exists, cells)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(psutil.pid_exists, cells))
    assert process.returncode != 0
    assert not contents(tmp_path / "out")


def test_a_cell_that_fails_is_told_and_does_not_stop_the_others(
    program: Path, tmp_path: Path
) -> None:
    program.write_text(RUN.replace("update.done,", "update.done, update.failure,"))
    with started(program, tmp_path / "out", COINS_FAIL="good") as process:
        output, _ = process.communicate(timeout=120)
    lines = output.splitlines()
    assert len(lines) == 13
    assert sum("cell 'good', seed" in line and "this coin is bent" in line for line in lines) == 3
    assert len(contents(tmp_path / "out")) == 9


def test_changed_code_or_knobs_are_other_cells(tmp_path: Path) -> None:
    study, other = Coins(), Coins()
    other.code = (*Coins.code, "underdog.seeds")
    cell = study.cells("ci")[0]
    places = {
        CellStore(study, tmp_path).place(cell),
        CellStore(other, tmp_path).place(cell),
        CellStore(study, tmp_path).place(Cell(cell.arm, 2, cell.knobs)),
        CellStore(study, tmp_path).place(Cell(cell.arm, 1, {**cell.knobs, "bias": 0.6})),
    }
    assert len(places) == 4
    renamed = Cell("another name", 1, cell.knobs, "another kind", 9.0)
    assert CellStore(study, tmp_path).place(renamed) in places


def test_a_study_of_code_without_source_is_refused(tmp_path: Path) -> None:
    study = Coins()
    study.code = ("underdog.nowhere",)
    with pytest.raises(UsageError, match=r"'underdog\.nowhere', which has no source"):
        code_digest(study)


def test_a_damaged_cell_is_told_by_name(tmp_path: Path) -> None:
    study = Coins()
    cell = study.cells("ci")[0]
    store = CellStore(study, tmp_path)
    store.write(Finished(cell, CellResult({"tokens": 1}, "10"), 0.5))
    [path] = tmp_path.glob("cells/*.json")
    path.write_text(path.read_text()[:40])
    with pytest.raises(DataError, match=rf"{path.name} is damaged"):
        store.read([cell])


def test_the_csv_holds_every_cell_to_the_bit(tmp_path: Path) -> None:
    study = Coins()
    cells = study.cells("ci")
    finished = [Finished(cell, study.run(cell), 1.25, {"numpy": "2.0"}) for cell in cells]
    path = tmp_path / "cells.csv"
    path.write_bytes(cells_csv(finished))
    back = read_cells_csv(path, study.cells("cpu"))
    assert [(one.cell, one.result, one.versions) for one in back] == [
        (one.cell, one.result, one.versions) for one in finished
    ]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "arm,seed\n\n\x00"])
def test_a_file_that_holds_no_cells_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cells.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=r"cells\.csv"):
        read_cells_csv(path, Coins().cells("ci"))


def test_a_part_of_the_grid() -> None:
    study = Coins()
    assert {cell.seed for cell in grid(study, "cpu", seeds=2)} == {1, 2}
    assert len(grid(study, "cpu", without=["fair", "longer"])) == 6
    with pytest.raises(UnknownNameError, match="did you mean ci or cpu"):
        grid(study, "cpi")
    with pytest.raises(UnknownNameError, match="did you mean longer"):
        grid(study, "cpu", without=["lnger"])
    with pytest.raises(UsageError, match="no cell is left"):
        grid(study, "cpu", without=["fair", "good", "fair too", "longer"])


def test_fewer_than_no_jobs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--jobs -1"):
        next(run_cells(Coins(), Coins().cells("ci"), tmp_path, -1))
