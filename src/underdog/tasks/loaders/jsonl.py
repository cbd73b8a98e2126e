"""JSON Lines: one JSON object a line, UTF-8, read line by line. Blank lines are skipped."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from underdog.core import JSONValue
from underdog.errors import DataError
from underdog.tasks.loaders.rows import Row, opened, text_lines

_BLOCK_BYTES = 1 << 20


def read(path: Path) -> Iterator[Row]:
    """Rows of a JSONL file.

    Raises:
        DataError: A line is no JSON object, or the file has none.
    """
    found = False
    for number, line in text_lines(path):
        if line.strip():
            found = True
            where = f"{path}, line {number}"
            yield Row(where, _object(line, where))
    if not found:
        raise DataError(f"{path} holds only blank lines; expected one JSON object a line")


def count(path: Path) -> int:
    """Number of lines of the file, blank ones included."""
    lines, last = 0, b"\n"
    with opened(path) as file:
        while block := file.read(_BLOCK_BYTES):
            lines += block.count(b"\n")
            last = block[-1:]
    return lines + (last != b"\n")


def _object(line: str, where: str) -> dict[str, JSONValue]:
    try:
        value: object = json.loads(line)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{where}, column {error.colno}: broken JSON ({error.msg}); fix or delete the line"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: JSON that cannot be read ({error}); fix the line") from error
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise DataError(
            f'{where}: expected an object {{"question": …}}, found {kind} {value!r:.40}'
        )
    return cast("dict[str, JSONValue]", value)
