"""scipy, which two selectors need and the core install does not have."""

from importlib import import_module
from typing import Any

from underdog.errors import MissingExtraError


def scipy_module(name: str) -> Any:
    """A module of scipy.

    Args:
        name: Such as `sparse`.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    try:
        return import_module(f"scipy.{name}")
    except ImportError as error:
        raise MissingExtraError("scipy", "select") from error
