"""Block formats with 4-bit indices into sixteen values (IQ4_NL, IQ4_XS, MXFP4, NVFP4).

The values of IQ4 are spaced like the distribution of weights. MXFP4 and NVFP4 hold 4-bit floats
(sign, two bits of exponent, one of fraction) under an 8-bit floating-point scale: an exponent
alone, as in the OCP Microscaling formats, or four bits of exponent and three of fraction.
"""

import numpy as np

from underdog.models.gguf.packed_fields import (
    HALF_BYTE,
    LOW_TWO,
    NIBBLE,
    Bytes,
    Floats,
    PackedFields,
    nibbles,
)

_UNEVEN = np.array(
    [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113], np.float32
)
_HALVES = np.array([0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12], np.float32)
"""The values of sign, exponent and fraction, doubled so that they are whole."""


def iq4_nl(blocks: PackedFields) -> Floats:
    """Weights of IQ4_NL blocks: table values with one scale per block."""
    return blocks.scale() * _UNEVEN[nibbles(blocks.bytes(16))]


def iq4_xs(blocks: PackedFields) -> Floats:
    """Weights of IQ4_XS blocks: table values with a 6-bit scale per 32 weights."""
    scale = blocks.scale()
    top = blocks.numbers(1, np.uint16) >> np.arange(0, 16, 2, dtype=np.uint16)
    low = blocks.bytes(4)
    fine = np.stack([low & NIBBLE, low >> HALF_BYTE], axis=2).reshape(-1, 8)
    fine = fine | (top.astype(np.uint8) & LOW_TWO) << HALF_BYTE
    scales = (scale * (fine.astype(np.float32) - 32))[:, :, None]
    numbers = nibbles(blocks.bytes(128).reshape(-1, 16)).reshape(-1, 8, 32)
    return (scales * _UNEVEN[numbers]).reshape(-1, 256)


def mxfp4(blocks: PackedFields) -> Floats:
    """Weights of MXFP4 blocks: 4-bit floats with a power of two as scale."""
    exponents = blocks.bytes(1).astype(np.int32)
    return np.ldexp(np.float32(1), exponents - 128) * _HALVES[nibbles(blocks.bytes(16))]


def nvfp4(blocks: PackedFields) -> Floats:
    """Weights of NVFP4 blocks: 4-bit floats with an 8-bit float as scale per sixteen weights."""
    scales = _fine_scales(blocks.bytes(4))[:, :, None]
    numbers = nibbles(blocks.bytes(32).reshape(-1, 8)).reshape(-1, 4, 16)
    return (scales * _HALVES[numbers]).reshape(-1, 64)


def _fine_scales(packed: Bytes) -> Floats:
    """Half the values of 8-bit floats (4 bits of exponent, 3 of fraction); not-a-number gives 0.

    Half, because the table of 4-bit floats holds their doubles.
    """
    exponent = (packed >> np.uint8(3) & NIBBLE).astype(np.int32)
    fraction = (packed & np.uint8(7)).astype(np.float32)
    value = np.where(exponent == 0, fraction, np.ldexp(fraction + 8, np.maximum(exponent - 1, 0)))
    return np.where(packed == 0x7F, np.float32(0), np.ldexp(value, -10)).astype(np.float32)
