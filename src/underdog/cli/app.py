"""The commands under one name."""

import typer

from underdog.cli import (
    bench,
    challenge,
    data,
    doctor,
    models,
    replay,
    report,
    solve,
    tasks,
    version,
)
from underdog.cli.terminal.boundary import Boundary

app = typer.Typer(
    cls=Boundary,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Make a small language model do a big one's job, and prove it.",
)
app.command("solve")(solve.solve)
app.command("challenge")(challenge.challenge)
app.command("replay")(replay.replay)
app.command("report")(report.report)
app.add_typer(data.data, name="data")
app.add_typer(tasks.tasks, name="tasks")
app.add_typer(models.models, name="models")
app.add_typer(bench.bench, name="bench")
app.command("doctor")(doctor.doctor)
app.command("version")(version.version)


@app.callback()
def _root() -> None:
    """Keep the root a group."""


def main() -> None:
    """Entry point of the command `underdog`."""
    app()
