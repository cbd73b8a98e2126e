"""Committed pages of studies say what their committed cells say, by the code as it is."""

from pathlib import Path

import pytest

from tests.paths import CHECKOUT
from underdog.reports.study_pages.study_page import StudyReport
from underdog.studies import studies
from underdog.studies.cell_store import read_cells_csv
from underdog.studies.study import Results

PAGES = sorted(
    path.parent
    for path in (CHECKOUT / "docs" / "studies").glob("*/cells.csv")
    if path.parent.name in studies.names()
)


@pytest.mark.parametrize("folder", PAGES, ids=lambda folder: folder.name)
def test_the_page_is_the_report_of_the_cells(folder: Path, tmp_path: Path) -> None:
    study = studies.create(folder.name)
    cells = study.cells("cpu")
    finished = read_cells_csv(folder / "cells.csv", cells)
    made = StudyReport(study, "cpu", Results(finished, cells))
    made.write(tmp_path)
    assert (tmp_path / "results.md").read_text() == (folder / "results.md").read_text()
    assert (tmp_path / "cells.csv").read_bytes() == (folder / "cells.csv").read_bytes()
    text = (folder / "README.md").read_text()
    assert f"**{made.verdict.words.capitalize()}**" in text


def test_a_study_with_a_page_is_found() -> None:
    assert "rare-task-frequency" in {folder.name for folder in PAGES}
