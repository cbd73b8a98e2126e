"""A task of four sums, a scripted model, and a way to run commands in this process."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from underdog.cli.app import app

TASK = """
checker = "numeric"
forms = ["answer"]
description = "Four sums"
[files]
test = "sums.jsonl"
"""
REPLIES = {"*": [f"The answer is {number}." for number in (4, 4, 4, 6, 10)]}

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("UNDERDOG_DATA_DIR", raising=False)


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: object, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(one) for one in arguments], input=stdin)

    return invoke


@pytest.fixture
def task(tmp_path: Path) -> Path:
    sums = [("1 + 3", 4), ("2 + 2", 4), ("3 + 3", 6), ("5 + 5", 10)]
    rows = [{"question": f"How much is {sum_}?", "answer": str(gold)} for sum_, gold in sums]
    (tmp_path / "sums.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    path = tmp_path / "sums.toml"
    path.write_text(TASK)
    return path


@pytest.fixture
def model(tmp_path: Path) -> str:
    """A model that mostly says 4."""
    path = tmp_path / "replies.json"
    path.write_text(json.dumps(REPLIES))
    return f"scripted:{path}"


@pytest.fixture
def played(run: Run, task: Path, model: str, tmp_path: Path) -> Path:
    """The run of a finished match."""
    path = tmp_path / "match.db"
    result = run(
        *("challenge", "--small", model, "--tasks", task, "--small-strategy", "majority:n=4"),
        *("--run", path, "--sandbox", "monty"),
    )
    assert result.exit_code == 0, result.output
    return path
