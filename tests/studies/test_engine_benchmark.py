"""The engine benchmark runs end to end, here with scripted replies in place of a model."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.tiny_gguf import write_tiny
from tests.paths import CHECKOUT

BENCHMARK = CHECKOUT / "benchmarks" / "engine.py"
SCRIPTED = f"{sys.executable}:scripted:reply=forty two"


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(BENCHMARK), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def rows_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> "tuple[Path, list[str]]":
    """Two rounds of two sides, of which the second sits out one and a cell."""
    folder = tmp_path_factory.mktemp("engine")
    given = [
        *("--rows", folder / "rows.jsonl", "--out", folder / "table.md"),
        *("--side", f"underdog={SCRIPTED}", "--side", f"underdog again={SCRIPTED}"),
        *("--less", "underdog again=1:1x1", "--tokens", 5),
    ]
    ran = run(*given, "--rounds", 2, "--cells", "2x3,1x1")
    assert ran.returncode == 0, ran.stderr
    return folder, [str(one) for one in given]


def test_sides_take_turns_and_every_cell_is_kept(twice: "tuple[Path, list[str]]") -> None:
    rows = rows_of(twice[0] / "rows.jsonl")
    assert [(row["turn"], row["side"], row["cell"]) for row in rows] == [
        (0, "underdog", "start"),
        (0, "underdog", "1x1"),
        (0, "underdog", "2x3"),
        (0, "underdog again", "start"),
        (0, "underdog again", "1x1"),
        (1, "underdog", "start"),
        (1, "underdog", "1x1"),
        (1, "underdog", "2x3"),
    ]
    assert [row["rows"] for row in rows[:3]] == [1, 1, 6]
    assert all(row["seconds"] > 0 and row["peak_bytes"] > 0 for row in rows)


def test_the_table_has_medians_ratios_and_short_replies(twice: "tuple[Path, list[str]]") -> None:
    text = (twice[0] / "table.md").read_text()
    cells = [line.split(" | ") for line in text.splitlines() if line.startswith(("| 1x1", "| 2x3"))]
    assert [(cell[0].strip("| "), cell[1], cell[3]) for cell in cells] == [
        ("1x1", "underdog", "2"),
        ("1x1", "underdog again", "1"),
        ("2x3", "underdog", "2"),
    ]
    assert "x (" in cells[1][6]
    assert "Not so long by themselves: underdog, underdog again" in text
    assert "From starting the process to its first token" in text


def test_what_is_in_the_file_is_not_measured_again(twice: "tuple[Path, list[str]]") -> None:
    folder, given = twice
    before = (folder / "rows.jsonl").read_bytes()
    (folder / "rows.jsonl").write_bytes(before[:-20])
    ran = run(*given, "--rounds", 2, "--cells", "2x3,1x1")
    assert ran.returncode == 0, ran.stderr
    told = [line for line in ran.stderr.splitlines() if " tokens in " in line]
    assert len(told) == 1
    assert "round 2, underdog, 2x3" in told[0]


def test_a_side_that_fails_leaves_the_others_alone(tmp_path: Path) -> None:
    ran = run(
        *("--rows", tmp_path / "rows.jsonl", "--rounds", 1, "--start"),
        *(
            "--side",
            f"underdog={sys.executable}:scripted:oops=1",
            "--side",
            f"underdog b={SCRIPTED}",
        ),
    )
    assert ran.returncode == 0, ran.stderr
    assert "- underdog, start:" in ran.stdout
    assert "| underdog b | 1 |" in ran.stdout


def test_a_model_goes_on_to_the_length_that_was_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    write_tiny(tmp_path / "tiny.gguf", "llama")
    spec = f"openvino:model={tmp_path}/tiny.gguf,max_rows=4,context_tokens=512"
    ran = run(
        *("--rows", tmp_path / "rows.jsonl", "--rounds", 1, "--cells", "2x2", "--tokens", 60),
        *("--threads", 1, "--side", f"underdog={sys.executable}:{spec}#top_k=5"),
    )
    assert ran.returncode == 0, ran.stderr
    rows = rows_of(tmp_path / "rows.jsonl")
    assert [row["error"] for row in rows] == ["", ""]
    assert [(row["cell"], row["tokens"]) for row in rows] == [("start", 1), ("2x2", 240)]
    assert "ends of turn are ignored.\n" in ran.stdout


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--side", "magic=python:model"], "NAME=PYTHON:MODEL"),
        (["--side", f"underdog={SCRIPTED}", "--cells", "3"], "PROMPTSxSAMPLES"),
        (["--side", f"underdog={SCRIPTED}", "--less", "underdog"], "NAME=ROUNDS:CELLS"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, given: list[str], message: str) -> None:
    ran = run("--rows", tmp_path / "rows.jsonl", *given)
    assert ran.returncode == 1
    assert message in ran.stderr
