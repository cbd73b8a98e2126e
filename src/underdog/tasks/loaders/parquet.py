"""Parquet through pyarrow, read in batches so that memory does not grow with the file."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from underdog.errors import DataError
from underdog.tasks.loaders.rows import Row, plain

_BATCH_ROWS = 1024


def read(path: Path) -> Iterator[Row]:
    """Rows of a Parquet file.

    Raises:
        DataError: It is no Parquet file, or has no rows.
    """
    with _open(path) as file:
        if file.metadata.num_rows == 0:
            raise DataError(f"{path} has no rows")
        number = 0
        for batch in file.iter_batches(batch_size=_BATCH_ROWS):
            for record in batch.to_pylist():
                number += 1
                values = {str(name): plain(value) for name, value in record.items()}
                yield Row(f"{path}, row {number}", values)


def count(path: Path) -> int:
    """Number of rows, from the file's footer."""
    with _open(path) as file:
        return int(file.metadata.num_rows)


def _open(path: Path) -> Any:
    arrow: Any = import_module("pyarrow")
    try:
        return import_module("pyarrow.parquet").ParquetFile(path)
    except (arrow.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(f"{path}: not a readable Parquet file ({reason}); write it anew") from error
