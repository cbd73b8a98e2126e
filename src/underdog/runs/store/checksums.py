"""Checksums of rows: a cell that was damaged on the disk is found when its row is read.

SQLite checks the structure of a file but not what its cells hold. Every row that decides a number
therefore carries 64 bits of BLAKE2 over its cells as they are stored.
"""

import hashlib
import struct
from collections.abc import Iterable

_NUMBER = struct.Struct("<d")


def row_checksum(*cells: object) -> int:
    """A signed 64-bit checksum of cells as SQLite gives them back.

    Whole numbers and reals of the same value count as the same, as the type of a column decides
    which of them comes back.
    """
    hasher = hashlib.blake2b(b"".join(_parts(cells)), digest_size=8)
    return int.from_bytes(hasher.digest(), "little", signed=True)


def _parts(cells: Iterable[object]) -> Iterable[bytes]:
    for cell in cells:
        if cell is None:
            yield b"-"
        elif isinstance(cell, str):
            data = cell.encode("utf-8", "surrogatepass")
            yield b"t%d:" % len(data)
            yield data
        elif isinstance(cell, bytes):
            yield b"b%d:" % len(cell)
            yield cell
        elif isinstance(cell, int | float):
            yield b"n"
            yield _NUMBER.pack(cell + 0.0)
        else:
            raise TypeError(f"a cell holds a {type(cell).__name__}")
