"""pyarrow, imported when it is first needed; it has no types, so it is `Any` here and only here."""

from importlib import import_module
from typing import Any, TypeAlias

Table: TypeAlias = Any
"""A `pyarrow.Table`."""


def arrow() -> Any:
    """The package `pyarrow`."""
    return import_module("pyarrow")


def compute() -> Any:
    """Its functions on columns."""
    return import_module("pyarrow.compute")


def parquet() -> Any:
    """Its Parquet reader and writer."""
    return import_module("pyarrow.parquet")
