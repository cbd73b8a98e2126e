"""pyarrow, imported on first use; it has no type stubs, so it is `Any` here and only here."""

from importlib import import_module
from typing import Any, TypeAlias

Table: TypeAlias = Any
"""A `pyarrow.Table`."""


def arrow() -> Any:
    """The package `pyarrow`."""
    return import_module("pyarrow")


def compute() -> Any:
    """The module `pyarrow.compute`."""
    return import_module("pyarrow.compute")


def parquet() -> Any:
    """The module `pyarrow.parquet`."""
    return import_module("pyarrow.parquet")
