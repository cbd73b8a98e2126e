"""The benchmark of intervals runs, and its committed table keeps what the product promises."""

import csv
import math
import subprocess
import sys

import pytest

from tests.paths import CHECKOUT

COMMITTED = CHECKOUT / "docs" / "studies" / "intervals" / "table.csv"


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [row | {"share": float(row["share"])} for row in csv.DictReader(file)]


def check(rows, noise):
    """Our intervals hold and our sentences are right, up to the noise of simulated ones."""
    ours = [row for row in rows if row["method"] == "underdog"]
    assert {row["kind"] for row in ours} == {"coverage", "false alarms", "contradictions"}
    for row in ours:
        cases = int(row["cases"])
        room = noise * math.sqrt(0.05 * 0.95 / cases) if cases else 0.0
        if row["kind"] == "coverage" and not math.isnan(row["share"]):
            assert row["share"] >= 0.93 - room, row
        elif row["kind"] == "false alarms":
            assert row["share"] <= 0.05 + room, row
        elif row["kind"] == "contradictions":
            assert row["share"] == 0.0, row


@pytest.mark.slow
@pytest.mark.untraced
def test_a_quick_run_writes_both_files_and_keeps_the_promises(tmp_path):
    command = [sys.executable, "benchmarks/coverage.py", "--quick", "--out", str(tmp_path)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, timeout=280)
    rows = read(tmp_path / "table.csv")
    check(rows, noise=4.0)
    assert any(row["method"] == "bootstrap" and row["share"] < 0.5 for row in rows)
    assert "| accuracy | underdog | 8 |" in (tmp_path / "results.md").read_text("utf-8")


def test_the_committed_table_keeps_the_promises():
    rows = read(COMMITTED)
    check(rows, noise=2.0)
    assert {int(row["n"]) for row in rows} >= {8, 20, 40, 100, 300}
    shares = {row["setting"] for row in rows if row["what"] == "accuracy"}
    assert {"p = 0.02", "p = 0.98"} <= shares
