"""The course of a stage: its steps, logged, with checkpoints, dev accuracy and roll-backs.

A checkpoint is written every few minutes, before every dev measurement, at an interrupt, and after
the last step. While losses leap only an interrupt writes one, so that a roll-back finds weights
from before the leap.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from underdog.errors import TrainingError
from underdog.training.accelerated import ALONE, Processes
from underdog.training.checkpoint import newest_checkpoint, write_checkpoint
from underdog.training.dev.dev_accuracy import DevPoint
from underdog.training.dev.dev_course import DevCourse
from underdog.training.divergence import Divergence
from underdog.training.interrupts import HeldBack, held_back
from underdog.training.output.exposure_ledger import ExposureLedger
from underdog.training.output.step_log import StepLog
from underdog.training.stage_run import StageRun, StepReport
from underdog.training.training_recipe import Stage


@dataclass(frozen=True, slots=True)
class RollBack:
    """A return to a checkpoint after the loss went wrong; the data read since is passed over.

    Attributes:
        step: Step of the checkpoint.
        diverged_at: Step at which the loss went wrong.
        reason: The loss that was found.
        number: Number of roll-backs of the stage, this one included.
        lost_tokens: Tokens fed since the checkpoint, whose learning is gone.
    """

    step: int
    diverged_at: int
    reason: str
    number: int
    lost_tokens: int


_STOP = 2

StageNews: TypeAlias = StepReport | DevPoint | RollBack


class StageCourse:
    """A stage being carried out in its folder.

    Args:
        stage: Its settings.
        run: The loop.
        model: The model, as dev problems are asked of it.
        place: Folder of the stage.
        ledger: Where exposures are written.
        seconds: Wall seconds between checkpoints.
        dev: Dev accuracy; `None` measures none.
        processes: The processes that train together; the first alone writes.
        owner: Digest of the run, by which its checkpoints are known.
    """

    def __init__(
        self,
        stage: Stage,
        run: StageRun,
        model: Any,
        place: Path,
        ledger: ExposureLedger,
        seconds: float,
        dev: DevCourse | None,
        processes: Processes = ALONE,
        owner: str = "",
    ) -> None:
        self._stage, self._run, self._model, self._place = stage, run, model, place
        self._ledger, self._seconds, self._dev = ledger, seconds, dev
        self._processes, self._owner = processes, owner
        self._log = self._open_log("log", run.step)
        self._roll_backs = self._open_log("roll_backs", run.step)
        self._saved = time.monotonic()
        last = self._log.records[-1:] if self._log else []
        self.report = StepReport(**last[0]) if last else None

    def news(self) -> Iterator[StageNews]:
        """Train to the end of the budget.

        Raises:
            TrainingError: Training went wrong, or the disk is full; the last checkpoint is kept.
        """
        with held_back() as interrupt:
            if self._stage.on_divergence == "roll-back" and not self._run.step:
                self._keep()
            yield from self._measured(interrupt)
            while not self._run.done:
                try:
                    yield from self._steps(interrupt)
                except Divergence as error:
                    yield self._back(error)
        self._write_ledger()

    def _steps(self, interrupt: HeldBack) -> Iterator[StepReport | DevPoint]:
        run = self._run
        for report in run.steps():
            if self._log:
                self._log.add(report)
            self.report = report
            late = time.monotonic() - self._saved >= self._seconds
            asked = interrupt.asked
            wanted = run.done or self._due or (late and run.calm)
            wish = self._processes.largest(_STOP if asked else int(wanted))
            if wish:
                self._keep()
            interrupt.let_go()
            if wish == _STOP and not asked:
                raise KeyboardInterrupt  # another process was asked to stop
            yield report
            yield from self._measured(interrupt)

    @property
    def _due(self) -> bool:
        run = self._run
        return self._dev is not None and self._dev.due(run.step, run.progress, run.done)

    def _measured(self, interrupt: HeldBack) -> Iterator[DevPoint]:
        """The dev accuracy, when it is due; an interrupt need not wait for it."""
        run = self._run
        if self._dev is not None and self._due:
            with interrupt.released():
                point = self._dev.measure(
                    self._model, run.step, run.progress, run.tokens, lambda: run.trained
                )
            yield point

    def _keep(self) -> None:
        kept = self._run.checkpoint()
        if self._processes.first:
            write_checkpoint(self._place / "checkpoints", kept, self._owner)
        self._write_ledger()
        self._saved = time.monotonic()

    def _write_ledger(self) -> None:
        run = self._run
        if self._processes.first:
            self._ledger.write(run.step, run.exposures, run.left_out)

    def _open_log(self, name: str, step: int) -> StepLog | None:
        return StepLog(self._place / f"{name}.jsonl", step) if self._processes.first else None

    def _back(self, error: Divergence) -> RollBack:
        """Go back to the last checkpoint, past the data that spoiled the weights."""
        run, most = self._run, self._stage.most_roll_backs
        kept = newest_checkpoint(self._place / "checkpoints")
        if self._stage.on_divergence == "stop" or kept is None:
            raise error
        if run.roll_backs >= most:
            raise TrainingError(
                f"{error}; {run.roll_backs} roll-backs did not help (most_roll_backs = {most})"
            ) from error
        self._processes.largest(0)  # until all have read it
        step, tokens = run.step + 1, run.tokens
        run.roll_back(kept)
        self._keep()
        self._log = self._open_log("log", kept.step)
        back = RollBack(kept.step, step, str(error), run.roll_backs, tokens - run.tokens)
        if self._roll_backs:
            self._roll_backs.add(back)
        return back
