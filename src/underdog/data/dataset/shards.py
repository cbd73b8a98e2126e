"""Files of a data set: Parquet shards under `data/`, the card, and optional JSON lines.

- `README.md`: the card for people, with the head that Hugging Face reads.
- `card.json`: the card for machines; written last, so it marks a finished data set.
- `data/train-00000.parquet`: rows; the metadata holds the writer's state.
- `jsonl/train-00000.jsonl`: the same rows as JSON lines.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from underdog.core import Example
from underdog.data.dataset.arrow import Table, arrow, parquet
from underdog.data.dataset.columns import examples_of, schema
from underdog.errors import DataError
from underdog.files import write_atomic

_STATE = b"underdog"
_GROUP_ROWS = 4096


def shard_path(folder: Path, split: str, number: int) -> Path:
    """Path of a shard, numbered from 0."""
    return folder / "data" / f"{split}-{number:05}.parquet"


def jsonl_path(shard: Path) -> Path:
    """Path of the JSON lines of a shard's rows."""
    return shard.parent.parent / "jsonl" / f"{shard.stem}.jsonl"


def shards_of(folder: Path, split: str | None = None) -> list[Path]:
    """The shards of a data set in order.

    Raises:
        DataError: The folder holds no shards.
    """
    found = sorted((folder / "data").glob(f"{split or '*'}-*.parquet"))
    if not found:
        if not folder.exists():
            raise DataError(f"{folder}: no such data set")
        if not folder.is_dir():
            raise DataError(
                f"{folder} is a file; a data set is a folder, and rows of your own are lines of "
                "JSON in a file whose name ends in .jsonl"
            )
        wanted = f" of split {split!r}" if split else ""
        raise DataError(
            f"{folder} holds no data set{wanted}: no data/*.parquet in it; "
            "make one with: underdog data make"
        )
    return found


def write_shard(path: Path, table: Table, state: str) -> None:
    """Write a shard whole or not at all, with the writer's state, as JSON, in its metadata."""
    table = table.combine_chunks().replace_schema_metadata({_STATE: state.encode()})

    def write(file: Any) -> None:
        parquet().write_table(table, file, compression="zstd", row_group_size=_GROUP_ROWS)

    write_atomic(path, write)


def read_state(path: Path) -> bytes:
    """The writer's state in a shard's metadata, as JSON.

    Raises:
        DataError: The file is damaged, or underdog did not write it.
    """
    with open_shard(path) as file:
        metadata: dict[bytes, bytes] = file.schema_arrow.metadata or {}
    if _STATE not in metadata:
        raise DataError(f"{path} was not written by underdog; choose another folder")
    return metadata[_STATE]


def count_rows(path: Path) -> int:
    """Rows of a shard."""
    with open_shard(path) as file:
        return file.metadata.num_rows


def open_shard(path: Path) -> Any:
    """A shard as a `pyarrow.parquet.ParquetFile`.

    Raises:
        DataError: The file cannot be read.
    """
    try:
        return parquet().ParquetFile(path)
    except (OSError, arrow().ArrowInvalid) as error:
        raise DataError(f"{path} cannot be read: {error}; delete it and make it again") from error


def read_table(path: Path, columns: Sequence[str] | None = None) -> Table:
    """Rows of a shard."""
    with open_shard(path) as file:
        try:
            return file.read(columns=list(columns) if columns else None)
        except (OSError, arrow().ArrowInvalid) as error:
            raise DataError(f"{path} cannot be read: {error}; make it again") from error


def read_examples(folder: str | Path, split: str | None = None) -> Iterator[Example]:
    """All examples of a data set in order, a row group in memory at a time.

    Args:
        folder: The data set.
        split: Only this split.

    Returns:
        The rows, each with `prompt`, `completion` and `tags`.

    Raises:
        DataError: The folder holds no data set, or a file is damaged.

    Example:
        >>> import tempfile
        >>> from underdog import make
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = make("chain", folder, count=4, forms=["cot"], decontaminate=False)
        ...     len(list(read_examples(folder)))
        4
    """
    for path in shards_of(Path(folder), split):
        with open_shard(path) as file:
            check_columns(file.schema_arrow, path)
            for batch in file.iter_batches(batch_size=_GROUP_ROWS):
                yield from examples_of(batch)


def check_columns(found: Any, path: Path) -> None:
    """Check that a file has the columns of a data set.

    Raises:
        DataError: Columns are missing.
    """
    missing = [name for name in schema().names if name not in found.names]
    if missing:
        raise DataError(
            f"{path} lacks the columns {', '.join(missing)}; it is not a data set of underdog"
        )


def export_jsonl(shard: Path) -> Path:
    """Write a shard's rows as JSON lines; tags become an object."""
    target = jsonl_path(shard)

    write_atomic(target, lambda file: file.writelines(jsonl_lines(shard)))
    return target


def jsonl_lines(shard: Path) -> Iterator[bytes]:
    """A shard's rows as JSON lines."""
    with open_shard(shard) as reader:
        for batch in reader.iter_batches(batch_size=_GROUP_ROWS):
            for row in batch.to_pylist():
                yield _line(row)


def _line(row: dict[str, Any]) -> bytes:
    row["tags"] = json.loads(row["tags"] or "{}")
    if row["segments"] is None:
        del row["segments"]
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"
