"""Progress of training: bars at a terminal, occasional lines elsewhere."""

from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from underdog.cli.terminal.console import notes
from underdog.cli.terminal.live_bar import LiveBar

if TYPE_CHECKING:
    from underdog.training.dev.dev_accuracy import DevPoint
    from underdog.training.session import TrainingUpdate
    from underdog.training.stage_course import RollBack
    from underdog.training.stage_run import StepReport

_LINES = 20
_MEMORY = 0.9


class Smoothed:
    """A running mean in which a value counts the less the longer ago it came."""

    def __init__(self) -> None:
        self._sum = self._weight = 0.0

    def add(self, value: float, weight: float = 1.0) -> None:
        """Add a value."""
        self._sum = _MEMORY * self._sum + value * weight
        self._weight = _MEMORY * self._weight + weight

    @property
    def mean(self) -> float:
        """The mean; 0 before the first value."""
        return self._sum / self._weight if self._weight else 0.0


class TrainBar(LiveBar):
    """Shows progress, loss, speed, dev accuracy and pools; call it with a `TrainingUpdate`."""

    def __init__(self) -> None:
        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.percentage:.0f}%"),
            TextColumn("{task.fields[facts]}", markup=False, table_column=Column(no_wrap=True)),
            TimeElapsedColumn(),
            console=notes,
            disable=not notes.is_terminal,
        )
        super().__init__(bar)
        self._row = bar.add_task("", total=1, facts="")
        self._pools: dict[str, TaskID] = {}
        self.stages: dict[str, StepReport | None] = {}
        self._reset()

    def _reset(self) -> None:
        self._shown = self._tokens = 0
        self._loss, self._speed = Smoothed(), Smoothed()
        self._dev = ""
        for row in self._pools.values():
            self._bar.remove_task(row)
        self._pools = {}

    def __call__(self, update: "TrainingUpdate") -> None:
        """Show the news."""
        if update.dev is not None:
            self._show_dev(update.stage, update.dev)
        elif update.rolled_back is not None:
            self._show_roll_back(update.stage, update.rolled_back)
        elif update.finished:
            self._end(update)
        elif update.step is None:
            self._begin(update)
        else:
            self._show_step(update.stage, update.step)

    def _show_step(self, stage: str, report: "StepReport") -> None:
        self.stages[stage] = report
        self._loss.add(report.loss)
        if self._tokens and report.seconds > 0:
            fed = report.tokens - self._tokens
            self._speed.add(fed / report.seconds, report.seconds)
        self._tokens = report.tokens
        speed = f", {self._speed.mean:,.0f} tokens/s" if self._speed.mean else ""
        facts = f"loss {self._loss.mean:.3f}{speed}{self._dev}"
        self._bar.update(self._row, completed=min(report.progress, 1.0), facts=facts)
        if len(report.pools) > 1:
            self._show_pools(report)
        step = int(report.progress * _LINES)
        if step > self._shown and not notes.is_terminal:
            self._shown = step
            _say(f"{stage}: {min(report.progress, 1):.0%}, {facts}{_shares(report)}")

    def _show_pools(self, report: "StepReport") -> None:
        """One more bar for each pool: its share of the tokens fed."""
        for name, tokens in report.pools.items():
            if name not in self._pools:
                self._pools[name] = self._bar.add_task(f"  {name}", total=1, facts="")
            share, facts = tokens / report.tokens, f"{tokens:,} tokens"
            self._bar.update(self._pools[name], completed=share, facts=facts)

    def _show_dev(self, stage: str, point: "DevPoint") -> None:
        right, n = (sum(getattr(one, name) for one in point.scores) for name in ("right", "n"))
        self._dev = f", dev {right / n:.1%}"
        _say(f"{stage}: {describe_dev(point)}")

    def _show_roll_back(self, stage: str, back: "RollBack") -> None:
        self._tokens = 0
        _say(
            f"{stage}: {back.reason.partition(';')[0]}; went back to step {back.step:,} and past "
            f"the data since ({back.lost_tokens:,} tokens), roll-back {back.number}"
        )

    def _begin(self, update: "TrainingUpdate") -> None:
        self.stages[update.stage] = None
        self._reset()
        self._bar.update(self._row, description=update.stage, completed=0, facts="")
        for name in update.passed_over:
            _say(f"{update.stage}: checkpoint {name} is not whole, passed over")
        if update.resumed_at:
            _say(f"{update.stage}: goes on after step {update.resumed_at:,}")
        if update.why_no_dev:
            _say(f"{update.stage}: no dev accuracy is measured: {update.why_no_dev}")

    def _end(self, update: "TrainingUpdate") -> None:
        self.stages[update.stage] = update.step
        if update.left_out:
            _say(
                f"{update.stage}: {update.left_out:,} items left out: longer than max_tokens, or "
                "without a reply to learn"
            )
        if update.kept is not None:
            _say(
                f"{update.stage}: the weights of step {update.kept.step:,} are kept, whose dev "
                f"accuracy was the highest ({update.kept.accuracy:.1%})"
            )


def describe_dev(point: "DevPoint") -> str:
    """A dev point in one line: share right with its interval, by set, and what it cost."""
    parts = [
        f"{one.name} {one.right / one.n:.1%} [{one.low:.1%}, {one.high:.1%}] of {one.n}"
        + (f" ({one.undecided} not graded)" if one.undecided else "")
        for one in point.scores
    ]
    return f"dev after step {point.step:,}: {'; '.join(parts)} ({point.cpu_seconds:,.1f} CPU s)"


def _shares(report: "StepReport") -> str:
    if len(report.pools) < 2:
        return ""
    shares = (f"{name} {tokens / report.tokens:.0%}" for name, tokens in report.pools.items())
    return f" ({', '.join(shares)})"


def _say(line: str) -> None:
    notes.print(line, highlight=False, markup=False, soft_wrap=True)
