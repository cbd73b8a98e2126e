"""`underdog version`: what is installed."""

import platform
from importlib.metadata import version as installed_version

from underdog.cli.terminal.console import AsJson, out, print_json


def version(as_json: AsJson = False) -> None:
    """Print the versions of underdog and Python."""
    versions = {"underdog": installed_version("underdog"), "python": platform.python_version()}
    if as_json:
        print_json(versions)
    else:
        out.print(" · ".join(f"{name} {number}" for name, number in versions.items()))
