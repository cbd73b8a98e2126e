"""What lies in a folder or a run's file, without what differs from run to run."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tests.pinned.pins import FILES, digest, plain, rounded, still

_VOLATILE = ("at_unix_s", "started_unix_s", "id", "run_id", "arm_id", "pool_id")
_OF_THE_CODE = ("reader", "grader", "checksum")
_OFTEN_EMPTY = ("prefix", "failure", "wall_s")
_NUMBERS = {"solution": "pool", "score": "pool", "outcome": "arm"}


def copy_files(place: Path) -> None:
    """Put a copy of the committed files into a folder."""
    shutil.copytree(FILES, place, dirs_exist_ok=True)


def contents(folder: Path, name: str = "") -> dict[str, str]:
    """A digest per file of a data set."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    places = [path.relative_to(folder).as_posix() for path in files]
    return {
        place: digest(_read(path), f"{name or folder.name} {place}")
        for place, path in zip(places, files, strict=True)
    }


def _read(path: Path) -> object:
    if path.suffix == ".parquet":
        return _table(path)
    text = path.read_text("utf-8")
    if path.name == "card.json":
        return card(json.loads(text))
    if path.name == "journal.jsonl":
        return sorted(text.splitlines())
    return still("".join(line for line in text.splitlines(True) if "Not on the mach" not in line))


def _table(path: Path) -> object:
    with pq.ParquetFile(path) as file:
        table = file.read()
        columns = [f"{field.name}: {field.type}" for field in table.schema]
        state = (table.schema.metadata or {}).get(b"underdog", b"")
    return [columns, state.decode(), *plain_rows(table.to_pylist())]


def plain_rows(rows: list[dict[str, Any]]) -> list[object]:
    """Rows with their numbers to nine digits."""
    return [plain(row, digits=9) for row in rows]


def card(given: dict[str, Any]) -> dict[str, Any]:
    """A card without the hashes of files and without the test sets that are not here."""
    for shard in given["shards"]:
        del shard["sha256"]
    for name in ("decontamination", "scan"):
        if given.get(name):
            given[name].pop("not_here", None)
    return given


def stored(path: Path, name: str) -> dict[str, str]:
    """A digest per table of a run's file; rows name their pool or arm instead of its number."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        tables = sorted(row["name"] for row in found if not row["name"].startswith("sqlite_"))
        return {table: digest(_rows(connection, table), f"{name} {table}") for table in tables}


def _rows(connection: sqlite3.Connection, table: str) -> list[str]:
    parent = _NUMBERS.get(table)
    joined = f" JOIN {parent} ON {parent}.id = {table}.{parent}_id" if parent else ""
    rows = connection.execute(f"SELECT * FROM {table}{joined}").fetchall()
    return sorted(json.dumps(_row(row)) for row in rows)


def _row(row: sqlite3.Row) -> object:
    cells = {name: row[name] for name in row.keys() if name not in _VOLATILE + _OF_THE_CODE}  # noqa: SIM118
    cells = {name: cell for name, cell in cells.items() if cell or name not in _OFTEN_EMPTY}
    if "manifest" in cells:
        cells["manifest"] = json.loads(cells["manifest"]) | {"code": ""}
        cells["manifest"].pop("questions", None)
    return plain(cells, digits=9)


def told(text: str) -> object:
    """A JSON document that a command printed, without what differs from run to run."""
    return _without(rounded(still(text)), _OF_THE_CODE)


def _without(value: object, names: tuple[str, ...]) -> object:
    if isinstance(value, dict):
        return {key: _without(one, names) for key, one in value.items() if key not in names}
    return [_without(one, names) for one in value] if isinstance(value, list) else value
