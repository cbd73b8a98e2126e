"""Reading rows out of files and data sets, one file per format.

A loader yields `Row`s and knows nothing of tasks: `underdog.tasks.records` makes problems of them
as a task file's `[columns]` say.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from underdog.errors import DataError
from underdog.tasks.loaders import csv, jsonl, parquet
from underdog.tasks.loaders.rows import Row, check_file

READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": jsonl.read,
    ".ndjson": jsonl.read,
    ".csv": csv.read,
    ".tsv": csv.read,
    ".parquet": parquet.read,
}


def read_file(path: Path) -> Iterator[Row]:
    """Rows of a file, in the format of its ending, read lazily.

    Raises:
        DataError: The file is missing, empty, of an unknown format or broken; the message names
            the file, the line or row, and the fix.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise DataError(
            f"{path}: cannot read {path.suffix or 'a file without ending'}; use {known}"
        )
    check_file(path)
    return reader(path)


def count_rows(path: Path) -> int | None:
    """Number of rows of a JSONL or Parquet file; `None` for formats that are costly to count."""
    if not path.is_file():
        return None
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return jsonl.count(path)
    return parquet.count(path) if path.suffix.lower() == ".parquet" else None


__all__ = ["READERS", "Row", "count_rows", "read_file"]
