"""Commands that are imported when they are used, so that `--help` of their group is quick."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command, get_group


def add_later(app: typer.Typer, place: str, about: str) -> None:
    """Give an app a command, or a group of commands, without importing it.

    Args:
        app: What gets it.
        place: `module:name` of a function or a `typer.Typer`; the name is the command's.
        about: The line that the app's help shows of it, the first of its own help.
    """
    module, _, name = place.partition(":")

    class Later(TyperCommand):
        """Stands for the command until it is invoked, completed or asked for help."""

        def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
            """The context of the command itself, which goes on from there."""
            return _load(module, name).make_context(info_name, args, parent, **extra)

    app.command(name, cls=Later, short_help=about)(_not_loaded)


def _load(module: str, name: str) -> Any:
    found = getattr(import_module(module), name)
    if isinstance(found, typer.Typer):
        return get_group(found)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(found)
    return get_command(alone)


def _not_loaded() -> None: ...
