"""The engine benchmark runs end to end, here with scripted replies in place of a model."""

import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "engine.py"


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(BENCHMARK), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_compares_sides_in_one_table(tmp_path: Path) -> None:
    out = tmp_path / "table.md"
    spec = f"{sys.executable}:scripted:reply=forty two"
    ran = run(
        "--rounds", "1", "--cells", "1 prompt x 1;1 prompt x 16", "--out", str(out),
        "--side", f"underdog={spec}", "--side", f"underdog again={spec}",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    rows = [line for line in out.read_text().splitlines() if line.startswith("| 1 prompt")]
    assert [row.split(" | ")[1] for row in rows] == ["underdog", "underdog again"] * 2
    assert "| 1.00x |" in rows[0]


def test_an_unknown_side_is_refused() -> None:
    ran = run("--side", "magic=python:model")
    assert ran.returncode == 1
    assert "NAME=PYTHON:MODEL" in ran.stderr
