"""The templates of pages: everything is escaped, and a value that is not given is an error."""

from functools import cache
from typing import TYPE_CHECKING

from underdog.reports import numbers

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def page_template(name: str) -> "Template":
    """The template of a file name; numbers are written by the filters named after `numbers`."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("underdog.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=numbers.percent,
        percent_interval=numbers.percent_interval,
        si=numbers.si,
        si_interval=numbers.si_interval,
        usd=numbers.usd,
    )
    return environment.get_template(name)
