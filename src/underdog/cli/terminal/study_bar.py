"""Progress of a study: a bar at a terminal, a line per cell elsewhere."""

from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from underdog.cli.terminal.console import notes
from underdog.cli.terminal.live_bar import LiveBar

if TYPE_CHECKING:
    from underdog.studies.study_run import CellUpdate


class StudyBar(LiveBar):
    """Shows the finished cells; call it with a `CellUpdate`."""

    def __init__(self) -> None:
        bar = Progress(
            TextColumn("cells"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[last]}"),
            TimeElapsedColumn(),
            console=notes,
            disable=not notes.is_terminal,
        )
        super().__init__(bar)
        self._row = bar.add_task("", total=None, last="")

    def __call__(self, update: "CellUpdate") -> None:
        """Show the news."""
        last = ""
        if update.finished is not None:
            cell = update.finished.cell
            last = f"{cell.arm}, seed {cell.seed}: {update.finished.cpu_seconds:.1f} CPU s"
        self._bar.update(self._row, completed=update.done, total=update.total, last=last)
        if update.failure:
            notes.print(f"failed: {update.failure}", markup=False, highlight=False)
        elif not notes.is_terminal:
            line = f"{update.done} of {update.total} cells" + (f"; {last}" if last else "")
            notes.print(line, markup=False, highlight=False)
