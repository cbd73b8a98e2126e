"""`underdog report`: the fight cards of a run, made again without its models."""

from pathlib import Path
from typing import Annotated

import typer

from underdog.cli.resources import complete
from underdog.cli.terminal import options
from underdog.cli.terminal.console import AsJson
from underdog.cli.terminal.scoreboard import show_cards


def report(
    run: Annotated[Path, typer.Argument(help="File made by: underdog challenge --run")],
    out: Annotated[Path | None, typer.Option(help="Where the fight card (HTML) goes.")] = None,
    sandbox: options.SandboxName = "auto",
    data_dir: options.DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a match again, finished or not; the newest one of every task in the file."""
    from underdog.reports.challenge import stored_cards
    from underdog.runs.run_file import existing_store
    from underdog.sandbox import open_sandbox

    with existing_store(run) as store, open_sandbox(sandbox) as programs:
        cards = complete(stored_cards(store, programs, data_dir))
    show_cards(cards, out, as_json=as_json)
