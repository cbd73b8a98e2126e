"""`underdog study`: list, plan, run, report, on coins of known bias."""

import json
from pathlib import Path

import pytest

from tests.studies.grids.coins import Coins
from underdog.studies import studies
from underdog.studies.study import Cell


@pytest.fixture(autouse=True)
def coins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coins among the registered studies."""
    studies.names()
    monkeypatch.setitem(studies._entries, "coins", Coins)


def test_the_list_names_every_study_with_its_question(run) -> None:
    result = run("study", "list")
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    assert "coins" in words
    assert "ci 4, cpu 12" in words
    listed = json.loads(run("study", "list", "--json").stdout)
    assert [one["name"] for one in listed] == studies.names()
    assert all(one["settings"] for one in listed)


def test_a_study_is_run_and_reported(run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("study", "run", "coins", "--out", out, "--jobs", 2)
    assert result.exit_code == 0, result.output
    assert "12 of 12 cells" in result.stderr
    again = run("study", "run", "coins", "--out", out, "--json")
    assert json.loads(again.stdout) == {"folder": str(out), "cells": 12, "failures": []}
    result = run("study", "report", "coins", "--out", out)
    assert result.exit_code == 0, result.output
    assert "verdict: reproduced (1 of 1 primary expectations came out as expected)" in result.stdout
    assert {path.name for path in out.iterdir()} == {
        "cells", "cells.csv", "figure.svg", "results.md",
    }  # fmt: skip
    page = (out / "results.md").read_text()
    assert "**Verdict: reproduced**" in page
    assert "12 of 12 cells, seeds 1, 2, 3" in page
    assert (out / "figure.svg").read_text().startswith("<svg")
    elsewhere = tmp_path / "elsewhere"
    from_csv = run(
        "study", "report", "coins", "--cells", out / "cells.csv", "--out", elsewhere, "--json"
    )
    assert json.loads(from_csv.stdout)["verdict"]["words"] == "reproduced"
    assert (elsewhere / "results.md").read_text() == page


def test_an_unfinished_study_says_what_is_missing(run, tmp_path: Path) -> None:
    run("study", "run", "coins", "--out", tmp_path, "--seeds", 2, "--without", "longer")
    result = run("study", "report", "coins", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "verdict: no verdict" in result.stdout
    assert "6 cells are missing" in result.stdout
    assert "good: 2 of 3 cells are finished" in result.stdout


def test_a_small_setting_gives_no_verdict(run, tmp_path: Path) -> None:
    run("study", "run", "coins", "--setting", "ci", "--out", tmp_path)
    result = run("study", "report", "coins", "--setting", "ci", "--out", tmp_path)
    assert "the setting 'ci' checks mechanics and gives no verdict" in result.stdout


def test_a_plan_prints_minutes_and_refuses_what_is_too_dear(run) -> None:
    result = run("study", "plan", "coins", "--setting", "ci", "--without", "fair too", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["cells"] == 3
    assert told["cpu_minutes"] > 0.05
    small = ("study", "plan", "coins", "--without", "fair too", "--without", "longer")
    refused = run(*small, "--without", "fair", "--cpu-minutes", told["cpu_minutes"] / 2)
    assert refused.exit_code == 2
    assert "CPU minutes, more than" in refused.stderr
    assert "good" in refused.stdout


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("run", "coin"), "unknown study 'coin'; did you mean coins?"),
        (("run", "coins", "--setting", "cpuu"), "did you mean cpu"),
        (("plan", "coins", "--without", "god"), "unknown kind of cell 'god'; did you mean good"),
        (("report", "coins", "--out", "EMPTY"), "holds no finished cell of 'coins'"),
        (("report", "coins", "--cells", "EMPTY/none.csv"), "none.csv"),
        (("run", "coins", "--out", "FILE"), "cannot write"),
    ],
)
def test_mistakes_are_told_in_a_line(
    run, tmp_path: Path, given: tuple[str, ...], told: str
) -> None:
    (tmp_path / "file").write_text("")
    places = {"EMPTY": str(tmp_path), "FILE": str(tmp_path / "file")}
    for name, place in places.items():
        given = tuple(one.replace(name, place) for one in given)
    result = run("study", *given)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ") or "\nerror: " in result.stderr
    assert told in " ".join(result.stderr.split())


def test_a_cell_that_fails_is_told(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bent = Cell("fair", 1, {"bias": "bent", "coin": 0, "tosses": 2})
    monkeypatch.setattr(Coins, "cells", lambda self, setting: [bent])
    result = run("study", "run", "coins", "--setting", "ci", "--out", tmp_path)
    assert result.exit_code == 2
    assert "1 of 1 cells failed, first cell 'fair', seed 1: ValueError" in result.stderr
