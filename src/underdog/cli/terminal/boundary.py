"""From exceptions to exit codes: 2 for a user's mistake, 130 for Ctrl-C, 143 for SIGTERM.

An `UnderdogError` is one line on standard error. Everything else is a defect of underdog and keeps
its traceback.
"""

import signal
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from underdog.cli.terminal.standard_streams import CLOSED_PIPE_EXIT, Termination, silence_stdout
from underdog.errors import UnderdogError

USAGE_EXIT = 2
INTERRUPTED_EXIT = 128 + signal.SIGINT
TERMINATED_EXIT = 128 + signal.SIGTERM


class Boundary(TyperGroup):
    """The root command group, which turns its commands' exceptions into exit codes."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except UnderdogError as error:
            _say("[red]error:[/]", " ".join(str(error).split()))
            raise typer.Exit(USAGE_EXIT) from error
        except KeyboardInterrupt as error:
            what = "terminated" if Termination.asked else "interrupted"
            _say(f"{what}; the same command resumes")
            raise typer.Exit(TERMINATED_EXIT if Termination.asked else INTERRUPTED_EXIT) from error
        except BrokenPipeError as error:
            silence_stdout()
            raise typer.Exit(CLOSED_PIPE_EXIT) from error
        return result


def _say(head: str, message: str = "") -> None:
    from rich.markup import escape

    from underdog.cli.terminal.console import notes

    notes.print(f"{head} {escape(message)}".strip(), soft_wrap=True, highlight=False)
