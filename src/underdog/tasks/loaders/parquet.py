"""Parquet through pyarrow, read in batches so that memory does not grow with the file.

A few hundred bytes can unfold to gigabytes: a value is stored once and repeated, or shrinks to
nothing when it is compressed. So texts are read as dictionaries, every value and the file as a
whole have a limit, and a batch is turned into rows in parts that fit into memory. Arrow cannot read
nested texts as dictionaries where a file stores them in two ways; those are read a few rows a time.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from underdog.errors import DataError
from underdog.tasks.loaders.rows import MAX_TEXT_BYTES, Row, opened, plain

MOST_TIMES = 64
"""What a file may unfold to, in multiples of its size; `LEAST_ALLOWED_BYTES` if that is more."""

LEAST_ALLOWED_BYTES = 1 << 27

_BATCH_ROWS, _FEW_ROWS = 1024, 8
_BATCH_BYTES = 1 << 25
_ROW_BYTES = 256
_VALUE_BYTES = 16
_TEXTS = frozenset({"STRING", "NONE", "JSON", "ENUM", "BSON"})


def read(path: Path) -> Iterator[Row]:
    """Rows of a Parquet file.

    Raises:
        DataError: It is no Parquet file, has no rows, or unfolds to more than the limits.
    """
    with _open(path) as (file, plainly):
        if file.metadata.num_rows == 0:
            raise DataError(f"{path} has no rows")
        left = _allowance(path, file)
        number = 0
        for batch in _batches(file, plainly):
            for part, size_bytes in _parts(path, batch, number):
                left -= size_bytes
                if left < 0:
                    raise _bomb(path, f"the rows after number {number} are beyond that")
                for record in part.to_pylist():
                    number += 1
                    values = {str(name): plain(value) for name, value in record.items()}
                    yield Row(f"{path}, row {number}", values)


def count(path: Path) -> int:
    """Number of rows, from the file's footer."""
    with _open(path) as (file, _):
        return int(file.metadata.num_rows)


@contextmanager
def _open(path: Path) -> Generator[tuple[Any, Any]]:
    """The file, all of its texts read as dictionaries, and again, nested ones read as they are."""
    arrow: Any = import_module("pyarrow")
    library: Any = import_module("pyarrow.parquet")
    with opened(path) as stream:
        try:
            schema = library.ParquetFile(stream).schema
            columns = [schema.column(place) for place in range(len(schema))]
            texts = [
                column.path
                for column in columns
                if column.physical_type == "BYTE_ARRAY" and column.logical_type.type in _TEXTS
            ]
            flat = [name for name in texts if "." not in name]
            yield (
                library.ParquetFile(stream, read_dictionary=texts),
                library.ParquetFile(stream, read_dictionary=flat),
            )
        except (arrow.ArrowException, OSError) as error:
            reason = str(error).partition("\n")[0]
            raise DataError(
                f"{path}: not a readable Parquet file ({reason}); write it anew"
            ) from error


def _batches(file: Any, plainly: Any) -> Iterator[Any]:
    mixed: Any = import_module("pyarrow").ArrowNotImplementedError
    for group in range(file.metadata.num_row_groups):
        done = 0
        try:
            for batch in file.iter_batches(_BATCH_ROWS, row_groups=[group]):
                yield batch
                done += len(batch)
        except mixed:
            for batch in plainly.iter_batches(_FEW_ROWS, row_groups=[group]):
                known = min(done, len(batch))
                done -= known
                if known < len(batch):
                    yield batch.slice(known)


def _allowance(path: Path, file: Any) -> int:
    """Bytes that the file may unfold to, after a check of what its footer claims."""
    size_bytes = path.stat().st_size
    allowed = max(LEAST_ALLOWED_BYTES, MOST_TIMES * size_bytes)
    footer = file.metadata
    claimed = footer.num_rows * _ROW_BYTES
    for group in range(footer.num_row_groups):
        for place in range(footer.num_columns):
            column = footer.row_group(group).column(place)
            claimed += max(column.total_uncompressed_size, _VALUE_BYTES * column.num_values)
    if claimed > allowed:
        raise _bomb(path, f"its footer claims {claimed} bytes")
    return allowed


def _bomb(path: Path, why: str) -> DataError:
    return DataError(
        f"{path} unfolds to more than {MOST_TIMES} times its size and "
        f"{LEAST_ALLOWED_BYTES} bytes: {why}; save the data as .jsonl if it is meant so"
    )


def _parts(path: Path, batch: Any, number: int) -> Iterator[tuple[Any, int]]:
    """A batch cut into runs of rows that can be held as Python objects, and their sizes."""
    size_bytes = sum(_unfolded(path, column, number) for column in batch.columns)
    size_bytes += _ROW_BYTES * len(batch)
    if size_bytes <= _BATCH_BYTES or len(batch) == 1:
        yield batch, size_bytes
        return
    half = len(batch) // 2
    yield from _parts(path, batch.slice(0, half), number)
    yield from _parts(path, batch.slice(half), number + half)


def _unfolded(path: Path, array: Any, number: int) -> int:
    """Bytes of an array whose repeated values stand for themselves."""
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    types: Any = arrow.types
    if types.is_struct(array.type):
        return sum(_unfolded(path, part, number) for part in array.flatten())
    if types.is_map(array.type):
        begin, end = array.offsets[0].as_py(), array.offsets[-1].as_py()
        sides = (side.slice(begin, end - begin) for side in (array.keys, array.items))
        return sum(_unfolded(path, side, number) for side in sides)
    if types.is_nested(array.type):
        return _unfolded(path, array.flatten(), number) + _VALUE_BYTES * len(array)
    if not types.is_dictionary(array.type):
        return int(array.nbytes)
    lengths = compute.binary_length(array.dictionary)
    longest: int = compute.max(lengths).as_py() or 0
    if longest > MAX_TEXT_BYTES:
        raise DataError(
            f"{path}, near row {number + 1}: a text of {longest} bytes; at most {MAX_TEXT_BYTES} "
            "are read"
        )
    return int(compute.sum(lengths.take(array.indices)).as_py() or 0) + _VALUE_BYTES * len(array)
