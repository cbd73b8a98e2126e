"""Checksums of rows: a cell that was damaged on the disk is found when its row is read.

SQLite checks the structure of a file but not what its cells hold. Every row that decides a number
therefore carries the CRC-32 of its cells, which finds every damage of up to 32 bits in a row and
misses any other once in four thousand million times.

The cells are laid out by `marshal` in its format 2, the same in every Python 3 (a test pins it), as
that takes a tenth of the time of anything written in Python.
"""

import marshal
import zlib
from typing import Any

_FORMAT = 2


def row_checksum(cells: tuple[Any, ...], salt: int = 0) -> int:
    """Checksum of cells as SQLite gives them back: text, bytes, whole numbers, reals and nothing.

    Args:
        cells: The cells. Reals must be `float` and whole numbers `int`, as SQLite returns them by
            the column's type.
        salt: Checksum of what the row belongs to, so that a row in a wrong place is found.
    """
    return zlib.crc32(marshal.dumps(cells, _FORMAT), salt)


def sql_checksum(salt: int, *cells: object) -> int:
    """`row_checksum` as a function of SQL."""
    return row_checksum(cells, salt)


def real(number: float) -> float:
    """A number as SQLite returns it from a column of reals: a float, and no negative zero."""
    return number + 0.0
