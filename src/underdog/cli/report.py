"""`underdog report`: the fight cards of a run, made again without its models."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.resources import complete, stored_run
from underdog.cli.terminal import options
from underdog.cli.terminal.console import AsJson
from underdog.cli.terminal.scoreboard import show_cards
from underdog.core import Sandbox

if TYPE_CHECKING:
    from underdog.reports.fight_card import FightCard
    from underdog.runs.store.store import Store


def report(
    run: Annotated[Path, typer.Argument(help="File made by: underdog challenge --run")],
    out: Annotated[Path | None, typer.Option(help="Where the fight card (HTML) goes.")] = None,
    sandbox: options.SandboxName = "auto",
    data_dir: options.DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a match again, finished or not; the newest one of every task in the file."""
    from underdog.reports.matches import match_card
    from underdog.runs.stored_match import latest_runs

    async def cards(store: "Store", programs: Sandbox) -> "list[FightCard]":
        return [
            await match_card(one, store, programs, data_dir=data_dir) for one in latest_runs(store)
        ]

    with stored_run(run, sandbox) as (store, programs):
        made = complete(cards(store, programs))
    show_cards(made, out, as_json=as_json)
