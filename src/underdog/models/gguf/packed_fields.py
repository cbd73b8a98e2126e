"""Reading packed blocks field by field: bytes, numbers, and bits that lie apart.

What the block formats share (see `quantisation`); it knows no format.
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
    """Equal blocks that are read from their first byte on.

    Attributes:
        rows: One block per row.
        at: The next byte to read.
    """

    rows: Bytes
    at: int = 0

    def bytes(self, count: int) -> Bytes:
        """The next bytes of every block."""
        self.at += count
        return self.rows[:, self.at - count : self.at]

    def numbers(self, count: int, kind: Any) -> NDArray[Any]:
        """The next numbers of every block."""
        taken = self.bytes(count * np.dtype(kind).itemsize)
        return np.ascontiguousarray(taken).view(kind)

    def scale(self) -> Floats:
        """The next half-precision number of every block."""
        return self.numbers(1, np.float16).astype(np.float32)


def column(*shifts: int) -> Bytes:
    """Shifts to be applied one below the other."""
    return np.array(shifts, np.uint8)[:, None]


def nibbles(packed: Bytes) -> Bytes:
    """Low halves of all bytes, then high halves."""
    return np.concatenate([packed & NIBBLE, packed >> HALF_BYTE], axis=1)


def bit_pairs(packed: Bytes) -> Bytes:
    """Two-bit numbers: of each 32 bytes the lowest pairs, then the next higher ones, and so on."""
    rows = packed.reshape(len(packed), -1, 1, 32) >> column(0, 2, 4, 6) & LOW_TWO
    return rows.reshape(len(packed), -1)
