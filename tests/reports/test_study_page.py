"""The page and figure of a study."""

import json

import pytest

from tests.studies.grids.coins import Coins
from underdog.errors import DataError
from underdog.reports.figure import svg
from underdog.reports.study_pages.study_figure import study_figure
from underdog.reports.study_pages.study_page import StudyReport
from underdog.studies.panels import Panel, PanelPoint
from underdog.studies.study import Finished, Results


def panel(points: list[PanelPoint], **more) -> Panel:
    ticks = [(0.25, "1/4"), (1.0, "all")]
    return Panel("a title", "share", "accuracy", points, ticks, (0.1, 1.0), **more)


POINTS = [PanelPoint("one", 0.25, 0.5, 0.4, 0.6), PanelPoint("two", 1.0, 0.9, 0.8, 0.95)]


def test_a_figure_draws_every_panel_with_points() -> None:
    drawn = svg(study_figure([panel(POINTS, reference=0.5), panel([]), panel(POINTS, log_y=True)]))
    assert drawn.count(">a title<") == 2
    for word in (">1/4<", ">all<", ">one<", ">two<", ">share<", ">accuracy<"):
        assert word in drawn


def test_labels_of_the_axis_are_quoted_for_the_expression() -> None:
    spec = json.dumps(study_figure([panel(POINTS)]))
    assert "datum.value == 0.25 ? '1/4'" in spec


def test_a_figure_without_points_is_refused() -> None:
    with pytest.raises(DataError, match="nothing to draw"):
        study_figure([panel([])])


def test_a_page_tells_verdict_evidence_and_tables() -> None:
    study = Coins()
    cells = study.cells("cpu")
    finished = [Finished(cell, study.run(cell), 30.0, {"numpy": "2.0"}) for cell in cells]
    page = StudyReport(study, "cpu", Results(finished, cells)).page()
    assert page.startswith("# Does a biased coin fall on heads more often?\n")
    assert "level P (tiny model, procedural data). After nobody." in page
    assert "12 of 12 cells, seeds 1, 2, 3, 6.0 CPU minutes, one thread each, numpy 2.0." in page
    assert "- **The biased coin wins** (primary): *reproduced*. good is better than fair." in page
    assert "exact McNemar test, p < 0.001" in page
    assert "| coin | share |\n| --- | ---: |\n| fair |" in page
