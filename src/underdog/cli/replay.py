"""`underdog replay`: other strategies on what a run has sampled, without its models."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from underdog.cli.resources import complete
from underdog.cli.terminal import options
from underdog.cli.terminal.console import AsJson, cells, notes, out, percent, print_json, table
from underdog.cli.terminal.scoreboard import print_arms

if TYPE_CHECKING:
    from underdog.runs.run_file import TaskReplay

Side = Literal["small", "big"]


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
    from underdog.runs.run_file import Wanted, existing_store, replays
    from underdog.sandbox import open_sandbox

    counts = options.split_counts(n) if n else ()
    wanted = Wanted(strategy or (), counts, side, order, allow_short)
    with existing_store(run) as store, open_sandbox(sandbox) as programs:
        found = complete(replays(wanted, store, programs, data_dir))
    if as_json:
        print_json(found)
        return
    for one in found:
        if one.arms:
            print_arms(one.run, one.arms)
        for verdict in one.verdicts:
            out.print(verdict.sentence(), markup=False, highlight=False, soft_wrap=True)
        if one.curve:
            _print_curve(one)
        for note in one.notes:
            notes.print(note, markup=False, highlight=False, soft_wrap=True)
        _print_picking(len(one.arms) + sum(not point.oracle_bound for point in one.curve))


def _print_picking(tried: int) -> None:
    if tried > 1:
        out.print(
            f"The best of {tried} on the same problems looks better than it is. Choose on other "
            "problems, such as a dev split, and test the one chosen here.",
            soft_wrap=True,
            highlight=False,
        )


def _print_curve(replay: "TaskReplay") -> None:
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
