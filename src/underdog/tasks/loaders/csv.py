"""Comma- or tab-separated values with a header line, UTF-8, read row by row (RFC 4180 quoting)."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from underdog.errors import DataError
from underdog.tasks.loaders.rows import Row, text_lines


def read(path: Path) -> Iterator[Row]:
    """Rows of a CSV (or `.tsv`) file; every value is text.

    Raises:
        DataError: The header repeats a name or is blank, a row has more or fewer values than the
            header, or the quoting is broken.
    """
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    lines = (line for _, line in text_lines(path))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] = []
    found = False
    try:
        for values in reader:
            if not values:
                continue
            if not header:
                header = _header(path, values)
                continue
            found = True
            yield _row(path, reader.line_num, header, values)
    except csv.Error as error:
        raise DataError(
            f"{path}, line {reader.line_num}: broken CSV ({error}); "
            "fix the quoting, or save the data as .jsonl"
        ) from error
    if not found:
        raise DataError(f"{path} has no rows after its header line")


def _header(path: Path, values: list[str]) -> list[str]:
    names = [name.strip() for name in values]
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated or "" in names:
        wrong = f"repeats column {repeated[0]!r}" if repeated else "has a column without a name"
        raise DataError(f"{path}, line 1: the header {wrong}; give every column its own name")
    return names


def _row(path: Path, line: int, header: list[str], values: list[str]) -> Row:
    where = f"{path}, line {line}"
    if len(values) != len(header):
        raise DataError(
            f"{where}: {len(values)} values for {len(header)} columns ({', '.join(header)}); "
            "quote a value that holds the delimiter"
        )
    return Row(where, dict(zip(header, values, strict=True)))
