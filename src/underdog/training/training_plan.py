"""What a recipe would take on this machine: tokens, FLOPs, memory, time and disk, before it runs.

Time comes from two optimiser steps at the real shape on the real data, not from a table: machines
of one size differ by five times and more. Nothing is written.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from underdog.engines.machine.memory import free_bytes
from underdog.training.planning.data_forecast import BUFFERS
from underdog.training.planning.machine_speed import MachineSpeed, matrix_sizes, measure_machine
from underdog.training.planning.preflight import (
    Outlook,
    check_disk,
    in_gb,
    pass_warnings,
    tokens_of,
)
from underdog.training.planning.step_trial import StepTrial, try_steps
from underdog.training.schedules import schedules
from underdog.training.session import TrainingRun
from underdog.training.start_model import open_start, open_start_shape
from underdog.training.trainable import trainables
from underdog.training.training_recipe import Stage, TrainingRecipe, read_training_recipe

_POINTS = 60
_DATA_SHARE = 0.1
_FASTER = 1.2
_OFF = 1.25


@dataclass(frozen=True, slots=True)
class StagePlan:
    """What one stage would take.

    Attributes:
        outlook: Its data, parameters and estimated memory.
        trial: The steps that were tried.
        tokens: Tokens it feeds, padding not counted.
        steps: Optimiser steps.
        flops: Floating-point operations, by `Footprint.flops`.
        cpu_seconds: Processor seconds, making the batches included.
        seconds: Wall seconds, if the machine stays as busy as it is.
        rates: Learning rate at 60 points from beginning to end.
        warnings: What the user should know.
    """

    outlook: Outlook
    trial: StepTrial
    tokens: float
    steps: int
    flops: float
    cpu_seconds: float
    seconds: float
    rates: tuple[float, ...]
    warnings: tuple[str, ...]

    @property
    def stage(self) -> Stage:
        """The stage's settings."""
        return self.outlook.stage


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What a recipe would take.

    Attributes:
        recipe: The resolved recipe.
        machine: Speed of this machine's matrix products.
        free_memory_bytes: Memory that was free before.
        disk_bytes: Disk space of the output folder at most.
        stages: The stages still to be trained.
    """

    recipe: TrainingRecipe
    machine: MachineSpeed
    free_memory_bytes: int
    disk_bytes: int
    stages: tuple[StagePlan, ...]

    @property
    def cpu_seconds(self) -> float:
        """Processor seconds of all stages."""
        return sum(stage.cpu_seconds for stage in self.stages)

    @property
    def seconds(self) -> float:
        """Wall seconds of all stages."""
        return sum(stage.seconds for stage in self.stages)


def plan_training(
    recipe: str | Path | TrainingRecipe,
    out: str | Path = "",
    *,
    dtype: str = "bfloat16",
    decontaminate: bool = True,
    data_dir: str | Path | None = None,
    progress: Callable[[str], object] = lambda _: None,
) -> TrainingPlan:
    """Find out what training by a recipe would take, and refuse what cannot fit; writes nothing.

    Two steps of every stage are tried, which takes as long as they do.

    Args:
        recipe: The recipe, or its file (RECIPE.toml).
        out: Output folder that would be used; its disk is asked, and stages finished in it are
            left out. The current folder's disk when empty.
        dtype: Type of the finished model's weights: `float32`, `bfloat16` or `float16`.
        decontaminate: Leave out items of mixtures that repeat an item of a test set on this
            machine.
        data_dir: Folder with the data of the catalogue's test sets.
        progress: Called with what is done next.

    Returns:
        What the stages that are not finished would take.

    Raises:
        ConfigError: The recipe is malformed.
        TrainingError: A stage does not fit into memory or on the disk, or the processor emulates
            the type of numbers it computes in; the message says what would fit.
        DataError: A pool's data is missing, holds nothing to learn, or is saturated.
        ModelFileError: The model cannot be read or trained.
        MissingExtraError: PyTorch, transformers or PEFT is not installed.

    Example:
        >>> from underdog.errors import ConfigError
        >>> try:
        ...     plan_training("nowhere.toml")
        ... except ConfigError as error:
        ...     print(error)
        nowhere.toml: no such recipe
    """
    from underdog.data.decontamination import protect

    made = recipe if isinstance(recipe, TrainingRecipe) else read_training_recipe(Path(recipe))
    tests = protect(data_dir, []) if decontaminate else None
    folder = Path(out) if str(out) else Path(".underdog-plan")
    run = TrainingRun(made, folder, dtype, tests)
    progress("reading the data")
    free = free_bytes()
    shape = open_start_shape(made, tests)
    outlooks = run.look_ahead(shape, BUFFERS)
    progress("measuring matrix products")
    machine = measure_machine(matrix_sizes(shape.model))
    stages: list[StagePlan] = []
    for outlook in outlooks:
        progress(f"trying two steps of stage {outlook.stage.name}")
        stages.append(_planned(run, outlook, machine))
    disk = check_disk(outlooks, folder, dtype) if outlooks else 0
    return TrainingPlan(made, machine, free, disk, tuple(stages))


def _planned(run: TrainingRun, outlook: Outlook, machine: MachineSpeed) -> StagePlan:
    stage, data = outlook.stage, outlook.data
    start = open_start(run.recipe, run.tests)
    batches = run.batches(stage, start)
    trial = try_steps(stage, trainables.create(stage.trainable).apply(start.model, 0), batches)
    read = 1 / (1 - data.padding)  # tokens read, padding counted, for one that is fed
    per_token = trial.cpu_seconds_per_token * read + data.cpu_seconds_per_token
    tokens = tokens_of(stage, data) or (stage.budget.cpu_seconds or 0.0) / per_token
    steps = max(1, math.ceil(tokens / data.step_tokens))
    whole = steps * data.step_tokens if stage.budget.cpu_seconds is None else tokens
    return StagePlan(
        outlook=outlook,
        trial=trial,
        tokens=whole,
        steps=steps,
        flops=outlook.footprint.flops(whole, data.loss_share, data.item_tokens),
        cpu_seconds=whole * per_token,
        seconds=whole * per_token * trial.seconds / max(trial.cpu_seconds, 1e-9),
        rates=_course(stage),
        warnings=(*outlook.warnings, *_measured(outlook, trial, whole, machine)),
    )


def _course(stage: Stage) -> tuple[float, ...]:
    """The learning rate at even points of the stage."""
    factor = schedules.create(stage.schedule).factor
    return tuple(stage.learning_rate * factor((at + 0.5) / _POINTS) for at in range(_POINTS))


def _measured(
    outlook: Outlook, trial: StepTrial, tokens: float, machine: MachineSpeed
) -> Iterator[str]:
    """What is worth saying of the tried steps."""
    stage, data = outlook.stage, outlook.data
    making = data.cpu_seconds_per_token / trial.cpu_seconds_per_token
    if making > _DATA_SHARE:
        yield f"making batches takes {making:.0%} of a step's time; store the data before"
    if stage.budget.cpu_seconds is not None:
        yield from pass_warnings(data, tokens)
    if stage.compute != "bfloat16" and machine.native_bfloat16 and machine.bfloat16_ratio > _FASTER:
        yield (
            f"bfloat16 products are {machine.bfloat16_ratio:.1f} times as fast here: "
            'compute = "bfloat16" may be worth a try'
        )
    if trial.peak_bytes > _OFF * outlook.memory_bytes:
        yield (
            f"two steps took {in_gb(trial.peak_bytes)} of memory, more than the estimated "
            f"{in_gb(outlook.memory_bytes)}"
        )
