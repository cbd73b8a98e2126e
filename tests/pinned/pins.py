"""Tables of results that are to stay, and plain values to compare: see the package's own words."""

import hashlib
import json
import os
import platform
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

FOLDER = Path(__file__).parent
FILES = FOLDER / "files"
WRITING = bool(os.environ.get("UNDERDOG_WRITE_PINS"))
_TEXTS = os.environ.get("UNDERDOG_PINS_TEXTS", "")
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d ")
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)


class Pins:
    """The table `expected/NAME.json`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._path = FOLDER / "expected" / f"{name}.json"

    def keys(self, default: list[str]) -> list[str]:
        """The rows of the table; `default` while it is being written, or when there is none."""
        return default if WRITING else list(self._read()) or default

    def same(self, key: str, value: object) -> None:
        """Compare a value with what it was."""
        now = json.loads(text_of(value))
        if WRITING:
            self._write(self._read() | {key: now})
        assert now == self._read().get(key, "no such row")

    def digest(self, key: str, value: object) -> None:
        """Compare the digest of a value with what it was."""
        self.same(key, digest(value, f"{self._name} {key}"))

    def _read(self) -> dict[str, Any]:
        return json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}

    def _write(self, table: Mapping[str, Any]) -> None:
        text = json.dumps(table, indent=1, sort_keys=True) + "\n"
        self._path.parent.mkdir(exist_ok=True)
        self._path.write_bytes(text.encode())


def digest(value: object, name: str) -> str:
    """Sixteen characters for a value."""
    text = value if isinstance(value, str) else text_of(value)
    data = text.encode("utf-8", "surrogatepass")
    if _TEXTS:
        folder = Path(_TEXTS)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / re.sub(r"[^\w.=-]+", "_", name)[:150]).write_bytes(data)
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def text_of(value: object) -> str:
    """A value as JSON, a line per element of the outermost list."""
    made = plain(value)
    if isinstance(made, list):
        rows = (json.dumps(row, allow_nan=True) for row in cast("list[object]", made))
        return "[" + ",\n".join(rows) + "]"
    return json.dumps(made, allow_nan=True)


def plain(value: object, digits: int = 0) -> object:
    """Dataclasses and mappings as dictionaries; floats to so many digits, if any."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return float(f"{value:.{digits}g}") if digits else value
        case bytes():
            return value.hex()
        case Mapping():
            items = cast("Mapping[object, object]", value).items()
            return {str(key): plain(inner, digits) for key, inner in items}
        case tuple() | list():
            return [plain(inner, digits) for inner in cast("list[object]", value)]
        case _ if is_dataclass(value):
            named = {field.name: getattr(value, field.name) for field in fields(value)}
            return plain(named, digits)
        case _:
            raise TypeError(f"{type(value).__name__} has no plain form")


def rounded(text: str) -> object:
    """A JSON document with its numbers to nine digits."""
    return plain(json.loads(text), digits=9)


def still(text: str) -> str:
    """A text without what differs from run to run: version, machine, date, and drawings."""
    text = _DATE.sub("<date>", _DRAWING.sub("<drawing>", text))
    for told in _volatile():
        text = text.replace(told, "<volatile>")
    return "\n".join(line.rstrip() for line in text.splitlines())


def _volatile() -> Iterator[str]:
    yield f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    yield f"<date>{time.strftime('%Z')}"
    yield platform.python_version()
    yield version("underdog")
