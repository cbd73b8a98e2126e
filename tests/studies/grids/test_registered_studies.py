"""Every registered study at its smallest: it runs, repeats to the bit, and reports no verdict."""

from pathlib import Path

import pytest

from underdog.errors import DataError
from underdog.registry import available
from underdog.reports.study_pages.study_page import StudyReport
from underdog.studies import studies
from underdog.studies.cell_store import CellStore, read_cells_csv
from underdog.studies.study import Results
from underdog.studies.study_run import run_cells

pytest.importorskip("torch")
pytest.importorskip("transformers")

NAMES = studies.names()


@pytest.mark.parametrize("name", NAMES)
def test_a_study_runs_at_its_smallest(name: str, tmp_path: Path) -> None:
    study = studies.create(name)
    cells = study.cells("ci")
    *_, last = run_cells(study, cells, tmp_path, 1)
    assert (last.done, last.failure) == (len(cells), "")
    finished = CellStore(study, tmp_path).read(cells)
    assert sum(one.cpu_seconds for one in finished) < 60
    assert study.run(cells[0]) == finished[0].result
    made = StudyReport(study, "ci", Results(finished, cells))
    names = {path.name for path in made.write(tmp_path)}
    assert names == {"results.md", "cells.csv", "figure.svg"}
    page = (tmp_path / "results.md").read_text()
    assert "**Verdict: no verdict**" in page
    assert page.startswith(f"# {study.title}\n")
    back = read_cells_csv(tmp_path / "cells.csv", cells)
    assert StudyReport(study, "ci", Results(back, cells)).tables == made.tables


@pytest.mark.parametrize("name", NAMES)
def test_a_study_is_declared_whole(name: str) -> None:
    study = studies.create(name)
    assert study.name == name
    assert {"ci", "cpu"} <= study.settings.keys()
    for setting in study.settings:
        cells = study.cells(setting)
        keys = {(cell.seed, tuple(sorted(cell.knobs.items()))) for cell in cells}
        assert len(keys) == len(cells)
        store = CellStore(study, Path())
        assert len({store.place(cell) for cell in cells}) == len(cells)
    arms = {cell.arm for cell in study.cells("cpu")}
    named = [
        arm
        for one in study.expectations()
        for arm in (
            getattr(one, "better", ""),
            getattr(one, "worse", ""),
            *getattr(one, "arms", ()),
        )
        if arm
    ]
    assert named
    assert set(named) <= arms
    assert len({cell.seed for cell in study.cells("cpu")}) >= 3
    assert any(one.primary for one in study.expectations())
    assert available("study")[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_shortened_cell_is_less_work_of_the_same_kind(name: str) -> None:
    study = studies.create(name)
    cell = max(study.cells("cpu"), key=lambda one: one.work)
    short, longer = study.shortened(cell, 0.02), study.shortened(cell, 0.06)
    assert short.work < longer.work < cell.work
    assert {short.kind, longer.kind} == {cell.kind}


def test_a_file_without_cells_says_what_it_lacks(tmp_path: Path) -> None:
    cells = studies.create(NAMES[0]).cells("ci")
    with pytest.raises(DataError, match=r"cannot read .*none\.csv: No such file"):
        read_cells_csv(tmp_path / "none.csv", cells)
    (tmp_path / "other.csv").write_text("name\n1\n")
    with pytest.raises(DataError, match="no column 'arm'"):
        read_cells_csv(tmp_path / "other.csv", cells)
