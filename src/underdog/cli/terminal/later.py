"""Commands that are imported only when used, so that their group's `--help` is quick."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command, get_group


def add_later(app: typer.Typer, place: str, about: str) -> None:
    """Give an app a command, or a group of commands, without importing it.

    Args:
        app: App that gets the command.
        place: `module:name` of a function or a `typer.Typer`; the name is also the command's.
        about: Line in the app's help, equal to the first line of the command's own help.
    """
    module, _, name = place.partition(":")

    class Later(TyperCommand):
        """Placeholder for the command until it is invoked, completed or asked for help."""

        def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
            """The context of the imported command."""
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
