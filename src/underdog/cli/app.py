"""The commands under one name, each imported when it is used."""

from typing import Annotated

import typer

from underdog.cli.terminal.boundary import Boundary
from underdog.cli.terminal.later import add_later
from underdog.cli.terminal.standard_streams import run_command

app = typer.Typer(
    cls=Boundary,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing boxes takes longer than everything else
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Make a small language model do a big one's job, and prove it.",
)
for _place, _about in (
    (
        "underdog.cli.solve:solve",
        "Answer one question and show the candidates, their votes, and the cost.",
    ),
    (
        "underdog.cli.challenge:challenge",
        "Play a match: a small model with test-time compute against a big one without.",
    ),
    (
        "underdog.cli.replay:replay",
        "Evaluate strategies and sample counts on a run's stored rollouts.",
    ),
    (
        "underdog.cli.report:report",
        "Show a match again, finished or not; the newest one of every task in the file.",
    ),
    ("underdog.cli.data:data", "Make, collect, check, select and mix training data."),
    (
        "underdog.cli.train:train",
        "Train a model and write a folder that every engine for folders opens; the same resumes.",
    ),
    (
        "underdog.cli.studies:study",
        "Repeat published experiments at small size, with a verdict.",
    ),
    ("underdog.cli.tasks:tasks", "List, show and check tasks."),
    ("underdog.cli.models:models", "List, pull, verify and export models."),
    ("underdog.cli.bench:bench", "Measure what this machine does."),
    (
        "underdog.cli.doctor:doctor",
        "Say which engines, sandboxes and models work here, and what to do about the rest.",
    ),
    ("underdog.cli.version:version", "Print the versions of underdog and Python."),
):
    add_later(app, _place, _about)


def _print_version(wanted: bool) -> None:
    if wanted:
        from underdog.cli.version import version

        version()
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the versions of underdog and Python.",
        ),
    ] = False,
) -> None:
    """Keep the root a group."""


def main() -> None:
    """Entry point of the command `underdog`."""
    run_command(app)
