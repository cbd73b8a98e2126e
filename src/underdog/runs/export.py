"""A store's solutions, scores and outcomes as Parquet files, for dataframes and sharing.

Derived data: written whole (a temporary file, then a rename), never read back by underdog. Rows are
streamed, so the store may be larger than memory.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from underdog.files import write_atomic
from underdog.runs.store.row_codec import cell_text
from underdog.runs.store.schema import USAGE_COLUMNS
from underdog.runs.store.store import Store
from underdog.runs.store.traces import decode_trace

_BATCH_ROWS = 4096
_POOL = ("task", "problem_id", "engine", "form", "prompt", "params", "root_seed")
_USAGE_TYPES = {
    "seconds": "double",
    "flops": "double",
    "cost_usd": "double",
    "wall_s": "double",
}

_SOLUTION = {
    **{f"pool_{name}": ("pool", name, "string") for name in _POOL},
    "index": ("solution", "idx", "int64"),
    "role": ("solution", "engine", "string"),
    "text": ("solution", "text", "string"),
    "answer": ("solution", "answer", "string"),
    "vote_key": ("solution", "vote_key", "string"),
    "strict": ("solution", "strict", "bool"),
    "status": ("solution", "status", "string"),
    "finish": ("solution", "finish", "string"),
    "detail": ("solution", "detail", "string"),
    "logprobs": ("solution", "trace", "list"),
}
_SCORE = {
    **{f"pool_{name}": ("pool", name, "string") for name in _POOL},
    "index": ("score", "idx", "int64"),
    "verifier": ("score", "verifier", "string"),
    "score": ("score", "score", "double"),
}
_OUTCOME = {
    "run": ("run", "name", "string"),
    "arm": ("arm", "name", "string"),
    "arm_key": ("arm", "key", "string"),
    "problem_id": ("outcome", "problem_id", "string"),
    "status": ("outcome", "status", "string"),
    "score": ("outcome", "score", "double"),
    "answer": ("outcome", "answer", "string"),
    "confidence": ("outcome", "confidence", "double"),
    "num_solutions": ("outcome", "num_solutions", "int64"),
    "group": ("outcome", "group_name", "string"),
    "sampled": ("outcome", "sampled", "int64"),
    "stopped_by": ("outcome", "stopped_by", "string"),
    "error": ("outcome", "error", "string"),
    "failure": ("outcome", "failure", "string"),
    "grade_detail": ("outcome", "grade_detail", "string"),
    "decision": ("outcome", "decision", "string"),
}
_TABLES = {
    "solution": (_SOLUTION, "JOIN pool ON pool.id = solution.pool_id ORDER BY pool_id, idx"),
    "score": (_SCORE, "JOIN pool ON pool.id = score.pool_id ORDER BY pool_id, verifier, idx"),
    "outcome": (
        _OUTCOME,
        "JOIN arm ON arm.id = outcome.arm_id JOIN run ON run.id = arm.run_id "
        "ORDER BY arm_id, place",
    ),
}


def export_parquet(store: Store, folder: Path) -> list[Path]:
    """Write `solutions.parquet`, `scores.parquet` and `outcomes.parquet` into `folder`.

    Text that is not valid Unicode is written with replacement characters.

    Raises:
        UnderdogError: The folder cannot be written; no partial file is left.
        StoreError: The store cannot be read.
    """
    paths: list[Path] = []
    for table in _TABLES:
        path = folder / f"{table}s.parquet"
        write_atomic(path, _writer(store, table))
        paths.append(path)
    return paths


def _writer(store: Store, table: str) -> Callable[[IO[bytes]], object]:
    columns, joins = _TABLES[table]
    columns = columns | {
        name: (table, name, _USAGE_TYPES.get(name, "int64")) for name in USAGE_COLUMNS
    }
    picked = ", ".join(f"{source}.{column}" for source, column, _ in columns.values())
    sql = f"SELECT {picked} FROM {table} {joins}"  # noqa: S608  # names are constants
    kinds = [kind for _, _, kind in columns.values()]

    def write(file: IO[bytes]) -> None:
        pq = import_module("pyarrow.parquet")

        schema = _schema(list(columns), kinds)
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in _batches(store.database.scan(sql, _BATCH_ROWS), kinds, schema):
                writer.write_batch(batch)

    return write


def _schema(names: Sequence[str], kinds: Sequence[str]) -> Any:
    pa = import_module("pyarrow")

    types = {
        "string": pa.string(),
        "int64": pa.int64(),
        "double": pa.float64(),
        "bool": pa.bool_(),
        "list": pa.list_(pa.float64()),
    }
    return pa.schema([(name, types[kind]) for name, kind in zip(names, kinds, strict=True)])


def _batches(
    chunks: Iterator[list[tuple[Any, ...]]], kinds: Sequence[str], schema: Any
) -> Iterator[Any]:
    pa = import_module("pyarrow")

    for rows in chunks:
        arrays = [
            pa.array([_CELLS[kind](cell) for cell in column], type=field.type)
            for column, kind, field in zip(zip(*rows, strict=True), kinds, schema, strict=True)
        ]
        yield pa.record_batch(arrays, schema=schema)


def _string(cell: Any) -> str | None:
    text = cell_text(cell)
    return None if text is None else text.encode("utf-8", "replace").decode()


def _logprobs(cell: bytes | None) -> tuple[float, ...]:
    return decode_trace(cell).logprobs


def _as_is(cell: Any) -> Any:
    return cell


_CELLS: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "int64": _as_is,
    "double": _as_is,
    "bool": lambda cell: None if cell is None else bool(cell),
    "list": _logprobs,
}
