"""Live progress on standard error: a bar per arm at a terminal, a line per arm elsewhere."""

from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from underdog.cli.terminal.console import notes
from underdog.cli.terminal.live_bar import LiveBar

if TYPE_CHECKING:
    from underdog.runs.runner import RunProgress as HowFar


class ArmBars(LiveBar):
    """Shows the progress of a match's arms; call it with an arm's name and its progress."""

    def __init__(self) -> None:
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[facts]}"),
            TimeElapsedColumn(),
            console=notes,
            disable=not notes.is_terminal,
        )
        super().__init__(bar)
        self._rows: dict[str, TaskID] = {}

    def __call__(self, arm: str, how_far: "HowFar") -> None:
        """Show one arm's progress."""
        if arm not in self._rows:
            self._rows[arm] = self._bar.add_task(arm, total=how_far.total, facts="")
        self._bar.update(self._rows[arm], completed=how_far.done, facts=_facts(how_far))
        if how_far.done == how_far.total and not notes.is_terminal:
            notes.print(f"{arm}: {how_far.done:,} problems, {_facts(how_far)}", highlight=False)


def _facts(how_far: "HowFar") -> str:
    facts = [f"{how_far.right / max(1, how_far.done):.0%} right"]
    if how_far.resumed:
        facts.append(f"{how_far.resumed:,} from before")
    if how_far.per_second:
        facts.append(f"{how_far.per_second:.2g}/s")
    if how_far.eta_s and how_far.done < how_far.total:
        facts.append(f"{how_far.eta_s:,.0f} s left")
    return ", ".join(facts)
