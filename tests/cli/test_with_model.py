"""The commands with the embedded model: pull, solve, play."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from underdog.errors import UnderdogError
from underdog.models.pulled import pull_model

pytestmark = [pytest.mark.model, pytest.mark.slow]

SHARED_CACHE = os.environ.get("UNDERDOG_CACHE", "")


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own cache, where the embedded model may already be."""
    pytest.importorskip("xllamacpp")
    if SHARED_CACHE:
        monkeypatch.setenv("UNDERDOG_CACHE", SHARED_CACHE)
    else:
        monkeypatch.delenv("UNDERDOG_CACHE")
    try:
        pull_model("smollm2-135m")
    except UnderdogError as error:
        pytest.skip(f"the embedded model cannot be had: {error}")


def underdog(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = "from underdog.cli import main; main()"
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=280)


@pytest.mark.usefixtures("cache")
def test_the_embedded_model_plays_a_match_from_start_to_card(task: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.html"
    done = underdog(
        *("challenge", "--tasks", task, "--small-strategy", "majority:n=2", "--limit", 2),
        *("--max-tokens", 8, "--run", tmp_path / "run.db", "--out", card, "--json"),
    )
    assert done.returncode == 0, done.stderr
    [document] = json.loads(done.stdout)
    assert document["n"] == 2
    assert document["small"]["arms"][0]["usage"]["flops"] > 0
    assert "smollm2-135m" in card.read_text()
