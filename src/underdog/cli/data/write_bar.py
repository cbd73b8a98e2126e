"""Progress of writing a data set: a bar at a terminal, occasional lines elsewhere."""

from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from underdog.cli.terminal.console import notes
from underdog.cli.terminal.live_bar import LiveBar

if TYPE_CHECKING:
    from underdog.data.dataset.progress import WriteProgress

_LINES = 10


class WriteBar(LiveBar):
    """Shows progress with rate and time left; call it with a `WriteProgress`.

    Args:
        unit: Name of the counted unit, such as problems.
    """

    def __init__(self, unit: str) -> None:
        self._unit = unit
        bar = Progress(
            TextColumn(unit),
            BarColumn(),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
            TextColumn("{task.fields[facts]}"),
            TimeElapsedColumn(),
            console=notes,
            disable=not notes.is_terminal,
        )
        super().__init__(bar)
        self._row = bar.add_task(unit, total=1, facts="")
        self._shown = 0

    def __call__(self, how_far: "WriteProgress") -> None:
        """Show the progress."""
        self._bar.update(
            self._row,
            completed=min(how_far.done, how_far.total),
            total=how_far.total,
            facts=_facts(how_far),
        )
        step = how_far.done * _LINES // how_far.total
        if step > self._shown and not notes.is_terminal:
            self._shown = step
            line = f"{how_far.done:,}/{how_far.total:,} {self._unit}, {_facts(how_far)}"
            notes.print(line, highlight=False)


def _facts(how_far: "WriteProgress") -> str:
    facts = [f"{how_far.resumed:,} from before"] if how_far.resumed else []
    if how_far.per_second:
        facts.append(f"{how_far.per_second:,.0f}/s")
    if how_far.eta_s and how_far.done < how_far.total:
        facts.append(f"{how_far.eta_s:,.0f} s left")
    return ", ".join(facts)
