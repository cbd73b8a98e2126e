"""Two optimiser steps of a stage at their real shape on its real data, timed and thrown away."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from underdog.engines.machine.process_tree import used_by
from underdog.training.feeding.length_buckets import (
    BatchPlace,
    BatchStream,
    LengthBuckets,
    TokenBatch,
)
from underdog.training.objectives import objectives
from underdog.training.schedules import schedules
from underdog.training.stage_run import StageRun, StepReport
from underdog.training.training_recipe import Stage, StageBudget

_Placed: TypeAlias = tuple[TokenBatch, BatchPlace]


@dataclass(frozen=True, slots=True)
class StepTrial:
    """What a step took.

    Attributes:
        tokens: Tokens of the timed step, padding counted.
        cpu_seconds: Its processor seconds, making the batches not counted.
        seconds: Its wall seconds.
        peak_bytes: Peak resident memory of this process and its children up to its end.
        loss: Its loss per loss weight, in nats.
    """

    tokens: int
    cpu_seconds: float
    seconds: float
    peak_bytes: int
    loss: float

    @property
    def cpu_seconds_per_token(self) -> float:
        """Processor seconds of a token, a padding one too."""
        return self.cpu_seconds / self.tokens


def try_steps(stage: Stage, model: Any, batches: LengthBuckets) -> StepTrial:
    """Take a step of one batch, which warms up, and a whole one, which is timed.

    The model has other weights afterwards.

    Args:
        stage: The stage.
        model: The model with its trainable parameters chosen.
        batches: The stage's data.

    Raises:
        TrainingError: The loss is no number.
    """
    held = _Held(_of_a_step(batches, stage.step_tokens), batches.packed)
    _take(stage.model_copy(update={"step_tokens": 1}), model, held)
    report = _take(stage, model, held)
    return StepTrial(
        tokens=report.padded_tokens,
        cpu_seconds=report.cpu_seconds,
        seconds=report.seconds,
        peak_bytes=used_by(os.getpid()).peak_bytes,
        loss=report.loss,
    )


class _Held:
    """A stream of batches that are made already."""

    def __init__(self, batches: Sequence[_Placed], packed: bool) -> None:
        self._batches, self.packed = batches, packed

    def stream(
        self, place: BatchPlace, progress: Callable[[], float] = lambda: 0.0
    ) -> Iterator[_Placed]:
        return iter(self._batches)


def _of_a_step(batches: LengthBuckets, least: int) -> list[_Placed]:
    """The stage's first batches, as many as a step reads."""
    held: list[_Placed] = []
    stream = batches.stream(BatchPlace())
    while sum(batch.num_padded for batch, _ in held) < least:
        held.append(next(stream))
    return held


def _take(stage: Stage, model: Any, batches: BatchStream) -> StepReport:
    short = stage.model_copy(update={"budget": StageBudget(steps=1)})
    objective, schedule = objectives.create(stage.objective), schedules.create(stage.schedule)
    [report] = StageRun(short, model, batches, objective, schedule).steps()
    return report
