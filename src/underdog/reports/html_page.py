"""Templates and files of HTML pages: all text is escaped, files are written atomically."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from underdog.files import write_atomic
from underdog.reports import numbers

if TYPE_CHECKING:
    from jinja2 import Template

_PACKAGE, _FOLDER = "underdog.reports", "templates"
_FILTERS = (
    numbers.percent,
    numbers.percent_interval,
    numbers.si,
    numbers.si_interval,
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


def write_page(page: str, path: Path) -> None:
    """Write a page so that a reader sees the old one or the whole new one.

    Raises:
        UnderdogError: The file cannot be written.
    """
    data = page.encode("utf-8", errors="replace")
    write_atomic(path, lambda file: file.write(data))
