"""A training plan at a terminal: what each stage would take, and the learning rate's course."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from underdog.cli.terminal.console import cells, notes, out, percent, quantity, table

if TYPE_CHECKING:
    from underdog.training.training_plan import StagePlan, TrainingPlan

_BARS = " ▁▂▃▄▅▆▇█"
_MINUTE, _HOUR = 60, 3600


def show_training_plan(plan: "TrainingPlan") -> None:
    """Print a plan: facts on standard output, warnings on standard error."""
    machine = plan.machine
    say(
        f"machine: {machine.threads} threads, {quantity(machine.float32)}FLOP per CPU s in "
        f"float32, {quantity(machine.bfloat16)}FLOP in bfloat16"
        f"{'' if machine.native_bfloat16 else ' (emulated)'}; "
        f"{size(plan.free_memory_bytes)} of memory free"
    )
    for stage in plan.stages:
        _show_stage(stage)
    if not plan.stages:
        say("every stage is finished")
        return
    say(
        f"in all: {duration(plan.cpu_seconds)} of processor time, {duration(plan.seconds)} on the "
        f"clock at the machine's present load, {size(plan.disk_bytes)} of disk at most"
    )


def plan_as_json(plan: "TrainingPlan") -> dict[str, object]:
    """The plan for `--json`."""
    stages = [
        {
            "stage": stage.stage.model_dump(mode="json"),
            "data": stage.outlook.data,
            "footprint": stage.outlook.footprint,
            "memory_bytes": stage.outlook.memory_bytes,
            "trial": stage.trial,
            "tokens": stage.tokens,
            "steps": stage.steps,
            "flops": stage.flops,
            "cpu_seconds": stage.cpu_seconds,
            "seconds": stage.seconds,
            "rates": stage.rates,
            "warnings": stage.warnings,
        }
        for stage in plan.stages
    ]
    return {
        "recipe": plan.recipe.model_dump(mode="json"),
        "machine": plan.machine,
        "free_memory_bytes": plan.free_memory_bytes,
        "disk_bytes": plan.disk_bytes,
        "stages": stages,
    }


def _show_stage(plan: "StagePlan") -> None:
    rows = table("stage", plan.stage.name)
    for name, text in _facts(plan):
        rows.add_row(*cells(name, text))
    out.print(rows)
    if len(plan.outlook.data.pools) > 1:
        _show_pools(plan)
    for warning in plan.warnings:
        notes.print(f"{plan.stage.name}: {warning}", highlight=False, markup=False)


def _facts(plan: "StagePlan") -> Iterator[tuple[str, str]]:
    stage, outlook, trial = plan.stage, plan.outlook, plan.trial
    data, model = outlook.data, outlook.footprint
    yield "trained", f"{model.num_trained:,} of {model.num_params:,} parameters, {stage.trainable}"
    yield "data", _pass(plan)
    yield "tokens", f"{plan.tokens:,.0f} in {plan.steps:,} steps of {data.step_tokens:,.0f}"
    yield "loss share", f"{percent(data.loss_share)} of the tokens; padding {percent(data.padding)}"
    yield "FLOPs", f"{quantity(plan.flops)}FLOP"
    yield (
        "memory",
        f"{size(trial.peak_bytes)} in two steps, {size(outlook.memory_bytes)} estimated",
    )
    yield (
        "time",
        f"{duration(plan.cpu_seconds)} of processor time, {plan.tokens / plan.cpu_seconds:,.0f} "
        f"tokens per CPU s; {duration(plan.seconds)} on the clock",
    )
    yield "disk", f"{size(model.checkpoint_bytes)} a checkpoint"
    yield "rate", f"{curve(plan.rates)} {max(plan.rates):.3g}, {stage.schedule}"


def _pass(plan: "StagePlan") -> str:
    data = plan.outlook.data
    if not data.items:
        return f"generated without end, {data.item_tokens:,.0f} tokens an item"
    turns = max(pool.passes(plan.tokens) for pool in data.pools)
    return (
        f"{data.items:,} items, about {data.tokens:,.0f} tokens a pass; "
        f"{'at most ' if len(data.pools) > 1 else ''}{turns:.2g} passes"
    )


def _show_pools(plan: "StagePlan") -> None:
    numbers = frozenset({"share", "items", "exposures", "passes"})
    rows = table("pool", "share", "items", "exposures", "passes", numbers=numbers)
    for pool in plan.outlook.data.pools:
        turns = pool.passes(plan.tokens)
        rows.add_row(
            *cells(
                pool.name,
                percent(pool.share),
                f"{pool.items:,}" if pool.items else "endless",
                f"{pool.exposures(plan.tokens):,.0f}",
                f"{turns:.2g}" if turns else "-",
            )
        )
    out.print(rows)


def curve(values: Sequence[float]) -> str:
    """Values from 0 on as a row of bars, the largest as high as a line."""
    most = max(values) or 1.0
    return "".join(_BARS[round(value / most * (len(_BARS) - 1))] for value in values)


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"


def size(size_bytes: float) -> str:
    """A size with its unit."""
    return f"{quantity(size_bytes)}B"


def say(text: str) -> None:
    """Print a line as it is."""
    out.print(text, highlight=False, markup=False)
