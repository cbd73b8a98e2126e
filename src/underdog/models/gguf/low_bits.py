"""Block formats with 2-bit, 3-bit and ternary weights (Q2_K, Q3_K, TQ2_0, TQ1_0).

Q2_K and Q3_K have a scale for every sixteen weights. TQ2_0 and TQ1_0 hold the values -1, 0 and 1
with one scale per block, as pairs of bits or as five base-3 digits in a byte, which stores the
number that they form as a fraction of 256.
"""

import numpy as np

from underdog.models.gguf.packed_fields import (
    HALF_BYTE,
    LOW_BIT,
    LOW_TWO,
    NIBBLE,
    Bytes,
    Floats,
    PackedFields,
    bit_pairs,
    column,
    nibbles,
)

_POWERS_OF_3 = np.array([1, 3, 9, 27, 81], np.uint8)[:, None]


def q2_k(blocks: PackedFields) -> Floats:
    """Weights of Q2_K blocks: 2 bits each, a 4-bit scale and 4-bit offset per sixteen weights."""
    fine = blocks.bytes(16)
    numbers = bit_pairs(blocks.bytes(64)).reshape(-1, 16, 16).astype(np.float32)
    scale: Floats = blocks.scale() * (fine & NIBBLE).astype(np.float32)
    offset: Floats = blocks.scale() * (fine >> HALF_BYTE).astype(np.float32)
    weights: Floats = scale[:, :, None] * numbers - offset[:, :, None]
    return weights.reshape(-1, 256)


def q3_k(blocks: PackedFields) -> Floats:
    """Weights of Q3_K blocks: 2 bits and a separate high bit, a 6-bit scale per sixteen weights."""
    high = (blocks.bytes(32)[:, None, :] >> column(*range(8)) & LOW_BIT).reshape(-1, 256)
    low = bit_pairs(blocks.bytes(64))
    numbers = low.astype(np.int8) - ((high ^ LOW_BIT) << np.uint8(2)).astype(np.int8)
    fine = nibbles(blocks.bytes(8))
    top = (blocks.bytes(4)[:, None, :] >> column(0, 2, 4, 6) & LOW_TWO).reshape(-1, 16)
    scales = (fine | top << HALF_BYTE).astype(np.float32) - 32
    scales = (blocks.scale() * scales)[:, :, None]
    return (scales * numbers.reshape(-1, 16, 16).astype(np.float32)).reshape(-1, 256)


def tq2_0(blocks: PackedFields) -> Floats:
    """Weights of TQ2_0 blocks: -1, 0 or 1 as pairs of bits."""
    numbers = bit_pairs(blocks.bytes(64)).astype(np.float32) - 1
    return blocks.scale() * numbers


def tq1_0(blocks: PackedFields) -> Floats:
    """Weights of TQ1_0 blocks: -1, 0 or 1 as base-3 digits, five a byte, four in the last bytes."""
    parts = ((32, 5), (16, 5), (4, 4))
    digits = np.concatenate([_digits(blocks.bytes(size), count) for size, count in parts], axis=1)
    return blocks.scale() * (digits.astype(np.float32) - 1)


def _digits(packed: Bytes, count: int) -> Bytes:
    """The first `count` base-3 digits of every byte: all first digits, then all second digits."""
    fractions = packed[:, None, :] * _POWERS_OF_3[:count]
    found = fractions.astype(np.uint16) * np.uint16(3) >> np.uint16(8)
    return found.astype(np.uint8).reshape(len(packed), -1)
