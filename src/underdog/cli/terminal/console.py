"""Printing: results on standard output, progress and notes on standard error, JSON for machines."""

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias, cast

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from underdog.core import JSONValue

_PIPED_WIDTH = 160


class ResultConsole(Console):
    """Standard output that raises on a closed pipe; `boundary` handles the exception."""

    def on_broken_pipe(self) -> None:
        """Raise `BrokenPipeError`."""
        raise BrokenPipeError


out = ResultConsole(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
notes = Console(stderr=True, width=None if sys.stderr.isatty() else _PIPED_WIDTH)

AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on standard output.")
]


def print_json(value: object) -> None:
    """Print one JSON document; NaN and infinities become null, as ASCII where nothing else goes."""
    plain = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    text = json.dumps(jsonable(value), indent=2, ensure_ascii=plain, allow_nan=False)
    out.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)


def jsonable(value: object) -> JSONValue:
    """Turn dataclasses, mappings, sequences, paths and numbers into plain JSON values."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Path():
            return str(value)
        case Mapping():
            items = cast("Mapping[Any, object]", value).items()
            return {str(key): jsonable(inner) for key, inner in items}
        case list() | tuple() | set() | frozenset():
            return [jsonable(inner) for inner in cast("list[object]", value)]
        case _ if is_dataclass(value):
            names = (field.name for field in fields(value))
            return {name: jsonable(getattr(value, name)) for name in names}
        case _:
            raise TypeError(f"{type(value).__name__} has no JSON form")


def table(*columns: str, title: str | None = None, numbers: frozenset[str] = frozenset()) -> Table:
    """An empty table; the columns in `numbers` are aligned right."""
    made = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left")
    return made


def cells(*texts: str) -> list[Text]:
    """Table cells shown verbatim: brackets in them are not markup."""
    return [Text(text) for text in texts]


def percent(share: float) -> str:
    """A share as a percentage with one decimal."""
    return f"{share:.1%}" if math.isfinite(share) else "-"


def quantity(number: float) -> str:
    """A number with three digits and its SI prefix, before a unit: `1.23 M`."""
    if not math.isfinite(number):
        return "∞" if number > 0 else "-"
    for power, letter in ((15, "P"), (12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if abs(number) >= 10**power:
            return f"{number / 10**power:.3g} {letter}"
    return f"{number:.3g} "
