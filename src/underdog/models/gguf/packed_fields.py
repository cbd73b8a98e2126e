"""Reading packed blocks field by field: bytes, numbers, nibbles and bit pairs.

Shared by the readers of all block formats (see `quantisation`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

NIBBLE = np.uint8(15)
HALF_BYTE = np.uint8(4)
LOW_BIT, LOW_TWO = np.uint8(1), np.uint8(3)


@dataclass(slots=True)
class PackedFields:
    """Blocks of equal size, read field by field from their first byte on.

    Attributes:
        rows: Bytes of shape (blocks, bytes per block).
        at: Index of the next byte to read in every block.
    """

    rows: Bytes
    at: int = 0

    def bytes(self, count: int) -> Bytes:
        """The next `count` bytes of every block."""
        self.at += count
        return self.rows[:, self.at - count : self.at]

    def numbers(self, count: int, kind: Any) -> NDArray[Any]:
        """The next `count` numbers, of NumPy type `kind`, of every block."""
        taken = self.bytes(count * np.dtype(kind).itemsize)
        return np.ascontiguousarray(taken).view(kind)

    def scale(self) -> Floats:
        """The next half-precision number of every block, as float32."""
        return self.numbers(1, np.float16).astype(np.float32)


def column(*shifts: int) -> Bytes:
    """Bit shifts as a column of shape (shifts, 1), to be broadcast over rows of bytes."""
    return np.array(shifts, np.uint8)[:, None]


def nibbles(packed: Bytes) -> Bytes:
    """4-bit numbers of every block: the low halves of all bytes, then the high halves."""
    return np.concatenate([packed & NIBBLE, packed >> HALF_BYTE], axis=1)


def bit_pairs(packed: Bytes) -> Bytes:
    """2-bit numbers: of each 32 bytes the lowest bit pairs, then the next higher, and so on."""
    rows = packed.reshape(len(packed), -1, 1, 32) >> column(0, 2, 4, 6) & LOW_TWO
    return rows.reshape(len(packed), -1)
