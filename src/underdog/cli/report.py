"""`underdog report`: the fight cards of a run, made again without its models."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from underdog.cli.resources import complete, existing_store, reopened_if_there
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
    from underdog.sandbox import open_sandbox

    with existing_store(run) as store, open_sandbox(sandbox) as opened:
        cards = complete(_cards(store, opened, data_dir))
    show_cards(cards, out, as_json=as_json)


async def _cards(store: "Store", sandbox: Sandbox, data_dir: Path | None) -> "list[FightCard]":
    from underdog.reports.matches import match_card
    from underdog.runs.stored_match import latest_runs

    created = time.strftime("%Y-%m-%d %H:%M %Z")
    return [
        await match_card(run, reopened_if_there(run, store, sandbox, data_dir), created)
        for run in latest_runs(store)
    ]
