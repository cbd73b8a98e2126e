"""What is refused before a stage is trained, and what is worth a warning.

A stage's first items are encoded and its parameters counted without reading weights, which takes a
second or two: enough to find data that cannot be learned from, data that would come round too
often, a type of numbers that the processor emulates, and too little memory or disk.
"""

import copy
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from underdog.engines.machine.memory import free_bytes
from underdog.errors import DataError, TrainingError
from underdog.training.feeding.length_buckets import LengthBuckets
from underdog.training.planning.data_forecast import DataForecast, forecast
from underdog.training.planning.footprint import Footprint, footprint
from underdog.training.planning.machine_speed import (
    matrix_sizes,
    native_bfloat16,
    products_per_second,
)
from underdog.training.trainable import trainables
from underdog.training.training_recipe import Stage

LEAST_LOSS_SHARE = 0.3
MOST_PADDING = 0.05
MANY_PASSES = 4.0
_SURELY = 0.8
_LEFT_OUT = 0.01
_SMALLER = ("lora:r=16", "lora:r=4", "top:layers=2", "top:layers=1")


@dataclass(frozen=True, slots=True)
class Outlook:
    """A stage before it is trained.

    Attributes:
        stage: The stage.
        data: What its data holds.
        footprint: What training the model takes.
        memory_bytes: Peak memory of the process, estimated.
        warnings: What the user should know.
    """

    stage: Stage
    data: DataForecast
    footprint: Footprint
    memory_bytes: int
    warnings: tuple[str, ...]


def look_ahead(stage: Stage, shape: Any, batches: LengthBuckets, buffers: int = 1) -> Outlook:
    """Look at a stage before any compute is spent on it.

    Args:
        stage: The stage.
        shape: The model without storage (on the `meta` device).
        batches: The stage's data.
        buffers: Buffers of 512 items to look at.

    Raises:
        DataError: No item can be learned from, or the data would come round too often.
        TrainingError: The memory is too small, or the processor emulates bfloat16.
        ConfigError: The model has no such parameters to train.
    """
    check_compute(stage, shape)
    needed = footprint_of(stage.trainable, shape)
    data = forecast(batches, stage.step_tokens, buffers)
    _check_passes(stage, data)
    memory = memory_of(stage, data, needed)
    _check_memory(stage, shape, data, memory)
    return Outlook(stage, data, needed, memory, tuple(_warnings(stage, data, memory)))


def footprint_of(trainable: str, shape: Any) -> Footprint:
    """What training a choice of parameters takes.

    Args:
        trainable: Spec of the choice.
        shape: The model without storage, which is left as it is.
    """
    return footprint(trainables.create(trainable).apply(copy.deepcopy(shape), 0))


def check_compute(stage: Stage, model: Any) -> None:
    """Refuse bfloat16 on a processor without instructions for it.

    Raises:
        TrainingError: It has none; the message has the measured ratio.
    """
    if stage.compute != "bfloat16" or native_bfloat16():
        return
    sizes = matrix_sizes(model)
    ratio = products_per_second(sizes, "float32", 64) / products_per_second(sizes, "bfloat16", 64)
    raise TrainingError(
        f"stage {stage.name!r}: this processor has no bfloat16 products; emulated ones were "
        f'measured at 1/{ratio:.0f} of float32\'s speed; leave compute out, or say "float32"'
    )


def memory_of(stage: Stage, data: DataForecast, needed: Footprint) -> int:
    """Peak memory of a stage, estimated from what is read at once."""
    most = max(min(stage.batch_tokens, data.batch_tokens), data.longest)
    return needed.memory_bytes(most, data.batch_loss_tokens)


def check_disk(outlooks: Sequence[Outlook], folder: Path, dtype: str) -> int:
    """Disk space of a run in bytes, after a check that there is as much.

    Args:
        outlooks: The stages still to train.
        folder: Output folder, which need not exist; what it holds already counts as free.
        dtype: Type of the finished model's weights.

    Raises:
        TrainingError: There is less.
    """
    size = 4 if dtype == "float32" else 2
    final = size * max(one.footprint.num_params for one in outlooks)
    needed = final + sum(one.footprint.stage_bytes for one in outlooks)
    place = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.is_dir())
    held = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    free = shutil.disk_usage(place).free + held
    if needed > free:
        largest = max(outlooks, key=lambda one: one.footprint.checkpoint_bytes)
        raise TrainingError(
            f"training needs {in_gb(needed)} of disk in {folder}, but {in_gb(free)} are free; free "
            f"space, give another folder, or train less: a checkpoint of stage "
            f"{largest.stage.name!r} takes {in_gb(largest.footprint.checkpoint_bytes)}, with "
            'trainable = "lora:r=16" far less'
        )
    return needed


def _check_passes(stage: Stage, data: DataForecast) -> None:
    """Refuse a mixture of which every pool comes round too often."""
    tokens = tokens_of(stage, data)
    turns = [pool.passes(tokens) for pool in data.pools]
    if min(turns) > stage.max_passes:
        most = tokens * stage.max_passes / min(turns)
        raise DataError(
            f"stage {stage.name!r}: its data is saturated: the budget of {tokens:,.0f} tokens "
            f"feeds every item {min(turns):,.0f} times or more; train on at most {most:,.0f} "
            "tokens, add data, or raise max_passes"
        )


def tokens_of(stage: Stage, data: DataForecast) -> float:
    """Tokens that a stage feeds; 0 for a budget in processor seconds, which must be tried."""
    if stage.budget.tokens is not None:
        return float(stage.budget.tokens)
    return (stage.budget.steps or 0) * data.step_tokens


def _check_memory(stage: Stage, shape: Any, data: DataForecast, memory: int) -> None:
    free = free_bytes()
    if _SURELY * memory <= free:
        return
    instead = next((told for told, size in _smaller(stage, shape, data) if size <= free), "")
    advice = f"{instead} would fit" if instead else "take a smaller model"
    raise TrainingError(
        f"stage {stage.name!r} needs about {in_gb(memory)} of memory, but {in_gb(free)} are free; "
        f"free memory, or change the recipe: {advice}"
    )


def _smaller(stage: Stage, shape: Any, data: DataForecast) -> Iterator[tuple[str, int]]:
    """Smaller settings, the nearest first, with the memory that they need."""
    for trainable in (stage.trainable, *_SMALLER):
        needed = footprint_of(trainable, shape)
        size = max(min(stage.batch_tokens, data.batch_tokens), data.longest)
        while size >= data.longest:
            loss = round(data.batch_loss_tokens * size / max(data.batch_tokens, size))
            choice = "" if trainable == stage.trainable else f'trainable = "{trainable}" with '
            told = f"{choice}batch_tokens = {size} ({in_gb(needed.memory_bytes(size, loss))})"
            yield told, needed.memory_bytes(size, loss)
            size //= 2


def _warnings(stage: Stage, data: DataForecast, memory: int) -> Iterator[str]:
    if data.loss_share < LEAST_LOSS_SHARE:
        yield (
            f"only {data.loss_share:.0%} of the tokens carry loss; bare questions (data made with "
            "--instruction 0) teach more per second"
        )
    if data.padding > MOST_PADDING:
        yield (
            f"{data.padding:.1%} of what is read is padding; a larger batch_tokens or more items "
            "of like length help"
        )
    if data.left_out > _LEFT_OUT * data.seen:
        yield (
            f"{data.left_out:,} of {data.seen:,} items are left out: longer than max_tokens = "
            f"{stage.max_tokens}, or without a reply to learn"
        )
    yield from pass_warnings(data, tokens_of(stage, data))
    if memory > free_bytes():
        yield f"memory may not suffice: about {in_gb(memory)} of {in_gb(free_bytes())} free"


def pass_warnings(data: DataForecast, tokens: float) -> Iterator[str]:
    """Pools whose items come round often when so many tokens are fed."""
    for pool in data.pools:
        turns = pool.passes(tokens)
        if turns > MANY_PASSES:
            yield (
                f"pool {pool.name!r} comes round {turns:,.0f} times; what comes more than about "
                "4 times teaches less than new items (arXiv 2305.16264)"
            )


def in_gb(size: float) -> str:
    """A size with its unit."""
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
