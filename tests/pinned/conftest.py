"""An empty folder to work in, and the command line in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.pinned.doors import WallClock, app

Run = Callable[..., Result]
Tell = Callable[..., str]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: outputs name no other, and no data but underdog's own is found."""
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("UNDERDOG_DATA_DIR", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples take no time, as measured seconds differ from run to run."""
    monkeypatch.setattr(WallClock.__init__, "__defaults__", (lambda: 0.0,))


@pytest.fixture
def run() -> Run:
    """Runs a command."""

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(one) for one in arguments])

    return invoke


@pytest.fixture
def tell(run: Run) -> Tell:
    """Runs a command that must succeed, and gives what it printed."""

    def invoke(*arguments: object) -> str:
        result = run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    return invoke
