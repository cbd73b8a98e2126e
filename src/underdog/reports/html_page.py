"""Templates and files of HTML pages: all text is escaped, files are written atomically."""

import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.errors import UsageError
from underdog.files import write_atomic
from underdog.reports import numbers

if TYPE_CHECKING:
    from jinja2 import Template

_HEAD_BYTES = 4096
_PACKAGE, _FOLDER = "underdog.reports", "templates"
_FILTERS = (
    numbers.percent,
    numbers.percent_interval,
    numbers.price,
    numbers.price_interval,
    numbers.si,
    numbers.usd,
)


@cache
def page_template(name: str) -> "Template":
    """A packaged template; a variable that it is not given is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(_PACKAGE, _FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({function.__name__: function for function in _FILTERS})
    return environment.get_template(name)


def page_asset(name: str) -> str:
    """Text of a packaged style sheet or script, for embedding in a page."""
    return (files(_PACKAGE) / _FOLDER / name).read_text(encoding="utf-8")


def check_page(path: Path, run: Path | None = None) -> None:
    """Check that a page may be written, before the work that it shows.

    Args:
        path: Where it goes.
        run: File of the run that is shown, which it must not replace.

    Raises:
        UsageError: Something else than a page lies there, or its folder cannot be written.
    """
    if run is not None and path.absolute() == run.absolute():
        raise UsageError(f"{path} is the run's own file; give another path for the page")
    if path.exists():
        start = path.read_bytes()[:_HEAD_BYTES].lower() if path.is_file() else b"a folder"
        if start and b"<!doctype html" not in start:
            raise UsageError(f"{path} is there and is no page; give another path for the page")
        return
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise UsageError(f"cannot write {path}: {folder} takes no files; give another path")


def write_page(page: str, path: Path) -> None:
    """Write a page so that a reader sees the old one or the whole new one.

    Raises:
        UsageError: Something else than a page lies there.
        UnderdogError: The file cannot be written.
    """
    check_page(path)
    data = page.encode("utf-8", errors="replace")
    write_atomic(path, lambda file: file.write(data))
