"""The bar of training and the lines elsewhere say the same: loss, speed, dev, pools."""

import io
import re

import pytest
from rich.console import Console

from underdog.cli.terminal import train_bar
from underdog.cli.terminal.train_bar import Smoothed, TrainBar

pytest.importorskip("torch")

WIDTH = 80


def news():
    """A stage of two pools with a dev point, a roll-back and an end."""
    from underdog.training.dev.dev_accuracy import DevPoint, DevScore
    from underdog.training.session import TrainingUpdate
    from underdog.training.stage_course import RollBack
    from underdog.training.stage_run import StepReport

    def step(n: int) -> StepReport:
        return StepReport(
            n, 1.0 / n, 0.5, 1e-3, n / 10, 1000 * n, 600 * n, 1050 * n, 2.0 * n, 0.5,
            {"sums [a]": 700 * n, "words": 300 * n},
        )  # fmt: skip

    score = DevScore("addition", "cot", 40, 22, 1, 2, 0.38, 0.71)
    point = DevPoint(5, 0.5, 5000, (score,), 900, 12.34, 8.0)
    yield TrainingUpdate("both", passed_over=("step-00000009",), resumed_at=2)
    for n in range(1, 6):
        yield TrainingUpdate("both", step(n))
    yield TrainingUpdate("both", dev=point)
    yield TrainingUpdate("both", rolled_back=RollBack(4, 6, "step 6: the loss is nan; lower", 1, 7))
    for n in range(5, 11):
        yield TrainingUpdate("both", step(n))
    yield TrainingUpdate("both", step(10), left_out=3, kept=point, finished=True)


def shown(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> str:
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=WIDTH if terminal else 160)
    monkeypatch.setattr(train_bar, "notes", console)
    with TrainBar() as bar:
        for update in news():
            bar(update)
    assert bar.stages["both"] is not None
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text.getvalue())


@pytest.mark.parametrize("terminal", [True, False])
def test_every_piece_of_news_is_shown(monkeypatch, terminal) -> None:
    text = shown(monkeypatch, terminal)
    told = " ".join(text.split())
    for words in (
        "checkpoint step-00000009 is not whole",
        "goes on after step 2",
        "dev after step 5: addition 55.0% [38.0%, 71.0%] of 40 (2 not graded) (12.3 CPU s)",
        "step 6: the loss is nan; went back to step 4",
        "3 items left out",
        "the weights of step 5 are kept",
        "2,000 tokens/s",
        "dev 55.0%",
        "sums [a]",
    ):
        assert words in told, words


def test_elsewhere_there_are_few_lines_and_no_control_codes(monkeypatch) -> None:
    text = shown(monkeypatch, terminal=False)
    assert "\r" not in text
    assert len(text.splitlines()) <= 30
    assert "both: 100%, loss" in text
    assert "(sums [a] 70%, words 30%)" in text


def test_at_a_terminal_no_row_is_wider_than_it(monkeypatch) -> None:
    rows = re.split(r"[\r\n]", shown(monkeypatch, terminal=True))
    bars = [row for row in rows if "━" in row]
    assert bars
    assert all(len(row) <= WIDTH for row in bars)
    assert any("loss" in row and "tokens/s" in row and "dev 55.0%" in row for row in bars)


def test_a_running_mean_follows_and_begins_at_the_first_value() -> None:
    mean = Smoothed()
    assert mean.mean == 0.0
    mean.add(4.0)
    assert mean.mean == pytest.approx(4.0)
    for _ in range(200):
        mean.add(1.0)
    assert mean.mean == pytest.approx(1.0, abs=1e-6)
