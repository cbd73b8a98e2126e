"""`underdog replay`: other strategies on what a run has sampled, without its models."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from underdog.cli.resources import complete, stored_run
from underdog.cli.terminal import options
from underdog.cli.terminal.console import AsJson, cells, out, percent, print_json, table
from underdog.cli.terminal.scoreboard import print_arms
from underdog.core import Sandbox

if TYPE_CHECKING:
    from underdog.measure.summary import ArmSummary
    from underdog.runs.curves import CurvePoint
    from underdog.runs.store.journal import Run
    from underdog.runs.store.store import Store

Side = Literal["small", "big"]


@dataclass(frozen=True, slots=True)
class TaskReplay:
    """What was replayed on one task.

    Attributes:
        run: Name of the run.
        arms: One per strategy.
        curve: Accuracy against the number of samples, when counts were given.
    """

    run: str
    arms: "tuple[ArmSummary, ...]"
    curve: "tuple[CurvePoint, ...]"


def replay(
    run: Annotated[Path, typer.Argument(help="File made by: underdog challenge --run")],
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            help="Strategy to replay; may be repeated.",
            autocompletion=options.complete_strategy,
        ),
    ] = None,
    n: Annotated[
        str | None,
        typer.Option(
            "--n",
            help="Counts, such as 1,2,4,8: accuracy of voting on that many samples, over random "
            "subsets, and pass@n as an oracle bound.",
        ),
    ] = None,
    side: Annotated[Side, typer.Option(help="Whose rollouts to use.")] = "small",
    order: Annotated[
        int | None,
        typer.Option(help="Seed of another order of the samples; as they were drawn if left out."),
    ] = None,
    allow_short: Annotated[
        bool, typer.Option("--allow-short", help="Accept pools smaller than a strategy's n.")
    ] = False,
    sandbox: options.SandboxName = "auto",
    data_dir: options.DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate strategies and sample counts on a run's stored rollouts.

    Without --strategy and --n, the strategies that were played are replayed.
    """
    from underdog.strategies import strategies

    for spec in strategy or ():
        strategies.create(spec)
    wanted = _Wanted(
        tuple(strategy or ()), tuple(options.split_counts(n)) if n else (), side, order
    )
    with stored_run(run, sandbox) as (store, programs):
        replays = complete(_replays(wanted, store, programs, data_dir, allow_short=allow_short))
    if as_json:
        print_json(replays)
        return
    for one in replays:
        if one.arms:
            print_arms(one.run, one.arms)
        if one.curve:
            _print_curve(one)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to replay, as given on the command line."""

    specs: tuple[str, ...]
    counts: tuple[int, ...]
    side: Side
    order: int | None


async def _replays(
    wanted: _Wanted,
    store: "Store",
    sandbox: Sandbox,
    data_dir: Path | None,
    *,
    allow_short: bool,
) -> list[TaskReplay]:
    from underdog.measure.summary import summarize
    from underdog.runs.curves import curves, graded_pools
    from underdog.runs.stored_match import latest_runs, reopen
    from underdog.runs.stored_match import replay as replay_one

    replays: list[TaskReplay] = []
    for run in latest_runs(store):
        ring = reopen(run, store, sandbox, data_dir=data_dir)
        arms = [
            summarize(
                await replay_one(
                    ring,
                    spec,
                    side=wanted.side,
                    order_seed=wanted.order,
                    allow_short=allow_short,
                )
            )
            for spec in wanted.specs or (() if wanted.counts else _played(run, wanted.side))
        ]
        points: Sequence[CurvePoint] = ()
        if wanted.counts:
            pools = await graded_pools(ring.benches[wanted.side], ring.problems)
            points = curves(pools, seed=wanted.order or 0, counts=wanted.counts)
        replays.append(TaskReplay(run.name, tuple(arms), tuple(points)))
    return replays


def _played(run: "Run", side: Side) -> tuple[str, ...]:
    from underdog.runs.stored_match import read_match

    match = read_match(run)
    arms = match.small if side == "small" else match.big
    return tuple(arm.strategy for arm in arms)


def _print_curve(replay: TaskReplay) -> None:
    numbers = ("n", "right", "95% interval", "sd of subsets", "tokens/problem")
    rows = table("rule", *numbers, title=replay.run, numbers=frozenset(numbers))
    for point in replay.curve:
        ends = point.accuracy.interval
        rows.add_row(
            *cells(
                f"{point.rule} (oracle bound)" if point.oracle_bound else point.rule,
                str(point.n),
                percent(point.accuracy.value),
                f"{percent(ends.low)} to {percent(ends.high)}",
                percent(point.subset_sd),
                f"{point.generated_tokens:,.0f}",
            )
        )
    out.print(rows)
