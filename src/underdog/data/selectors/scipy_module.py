"""scipy, an optional dependency of two selectors, imported on first use."""

from importlib import import_module
from typing import Any

from underdog.errors import MissingExtraError


def scipy_module(name: str) -> Any:
    """A module of scipy.

    Args:
        name: Name of the module below `scipy`, such as `sparse`.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    try:
        return import_module(f"scipy.{name}")
    except ImportError as error:
        raise MissingExtraError("scipy", "select") from error
