"""A row of any format, plain values, and the checks that every file passes first."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from underdog.core import JSONValue
from underdog.errors import DataError
from underdog.files import open_regular

_MAGIC = (
    (b"PAR1", "looks like Parquet; rename it to end in .parquet"),
    (b"\x1f\x8b", "looks gzip-compressed; unpack it first (gunzip)"),
    (b"PK\x03\x04", "looks like a zip archive or a spreadsheet; export it as .csv or .jsonl"),
    (b"\xff\xfe", "looks like UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "looks like UTF-16; save it as UTF-8"),
    (b"\x28\xb5\x2f\xfd", "looks zstd-compressed; unpack it first (zstd -d)"),
)


MAX_TEXT_BYTES = 1 << 24
"""Most bytes of one line of a text file, and of one value of a Parquet file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a data set, with its place.

    Attributes:
        where: Place for messages, such as `train.jsonl, line 12`.
        values: Plain values by column name; nested tables stay nested.
    """

    where: str
    values: Mapping[str, JSONValue]


def check_file(path: Path) -> None:
    """Raise `DataError` unless `path` is a readable, regular file that is not empty."""
    if path.is_dir():
        raise DataError(f"{path} is a folder; give one of the files in it")
    if not path.exists():
        raise DataError(f"{path}: no such file{_neighbours(path)}")
    with opened(path) as file:
        if not file.read(1):
            raise DataError(f"{path} is empty; expected at least one row")


def opened(path: Path) -> IO[bytes]:
    """A regular file, opened for reading bytes. Raises `DataError`."""
    try:
        return open_regular(path)
    except OSError as error:
        raise DataError(
            f"cannot read {path}: {error.strerror or error}; give a file that can be read"
        ) from error


def _neighbours(path: Path) -> str:
    if not path.parent.is_dir():
        return f"; the folder {path.parent} does not exist either"
    names = sorted(entry.name for entry in path.parent.iterdir())
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5)
    return f"; did you mean {', '.join(near)}?" if near else f" in a folder of {len(names)} entries"


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of every line of a UTF-8 file, line ends kept, a byte-order mark dropped.

    Raises:
        DataError: The file is binary or in another encoding, or a line is longer than 16 MiB.
    """
    with opened(path) as file:
        lines = iter(lambda: file.readline(MAX_TEXT_BYTES + 1), b"")
        for number, raw in enumerate(lines, start=1):
            if len(raw) > MAX_TEXT_BYTES:
                raise DataError(
                    f"{path}, line {number}: longer than {MAX_TEXT_BYTES} bytes; "
                    "put every row on a line of its own"
                )
            if number == 1:
                refuse_binary(path, raw)
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            try:
                yield number, raw.decode()
            except UnicodeDecodeError as error:
                raise DataError(
                    f"{path}, line {number}: not UTF-8 text "
                    f"(byte 0x{raw[error.start]:02x} at column {error.start + 1}); "
                    "save the file as UTF-8"
                ) from error


def refuse_binary(path: Path, head: bytes) -> None:
    """Raise `DataError` when a file's first bytes (`head`) show that it is not UTF-8 text."""
    for magic, advice in _MAGIC:
        if head.startswith(magic):
            raise DataError(f"{path} is not UTF-8 text: it {advice}")
    if b"\x00" in head:
        raise DataError(f"{path} is a binary file (it holds zero bytes); expected UTF-8 text")


def plain(value: object) -> JSONValue:
    """Any value as a JSON value: containers converted, other objects (dates, …) as their text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        table = cast("Mapping[object, object]", value)
        return {str(key): plain(item) for key, item in table.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("Iterable[object]", value)]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value)
