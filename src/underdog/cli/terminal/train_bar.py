"""Progress of training: a bar at a terminal, occasional lines elsewhere."""

from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from underdog.cli.terminal.console import notes
from underdog.cli.terminal.live_bar import LiveBar

if TYPE_CHECKING:
    from underdog.training.session import TrainingUpdate
    from underdog.training.stage_run import StepReport

_LINES = 20


class TrainBar(LiveBar):
    """Shows progress, loss and speed; call it with a `TrainingUpdate`."""

    def __init__(self) -> None:
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:.0f}%"),
            TextColumn("{task.fields[facts]}"),
            TimeElapsedColumn(),
            console=notes,
            disable=not notes.is_terminal,
        )
        super().__init__(bar)
        self._row = bar.add_task("", total=1, facts="")
        self._shown = 0
        self.stages: dict[str, StepReport | None] = {}

    def __call__(self, update: "TrainingUpdate") -> None:
        """Show the news."""
        if update.step is None:
            self.stages[update.stage] = None
            self._begin(update)
            return
        report = update.step
        self.stages[update.stage] = report
        speed = report.tokens / max(report.cpu_seconds, 1e-9)
        facts = f"loss {report.loss:.3f}, {speed:,.0f} tokens/CPU s"
        self._bar.update(self._row, completed=min(report.progress, 1.0), facts=facts)
        step = int(report.progress * _LINES)
        if step > self._shown and not notes.is_terminal:
            self._shown = step
            line = f"{update.stage}: {min(report.progress, 1):.0%}, {facts}"
            notes.print(line, highlight=False, markup=False)
        if update.finished and update.left_out:
            notes.print(
                f"{update.stage}: {update.left_out:,} items left out: longer than max_tokens, or "
                "without a reply to learn",
                highlight=False,
                markup=False,
            )

    def _begin(self, update: "TrainingUpdate") -> None:
        self._shown = 0
        self._bar.update(self._row, description=update.stage, completed=0, facts="")
        for name in update.passed_over:
            notes.print(f"{update.stage}: checkpoint {name} is not whole, passed over")
        if update.resumed_at:
            notes.print(f"{update.stage}: goes on after step {update.resumed_at:,}")
