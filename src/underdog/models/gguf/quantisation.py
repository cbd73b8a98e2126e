"""Dequantisation of the block formats of GGUF files to float32.

The formats are described in the ggml repository (ggml-common.h). A block holds 32 or 256 weights:
a scale at half precision, an offset in some formats, then small integers whose bits may be stored
apart. Formats of two and three bits are in `low_bits`, those with non-uniform values in
`code_books`. `IQ1`, `IQ2` and `IQ3` formats need tables of thousands of numbers and are read by the
official `gguf` package; all others give the same bits as that package.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from underdog.errors import MissingExtraError
from underdog.models.gguf.code_books import iq4_nl, iq4_xs, mxfp4, nvfp4
from underdog.models.gguf.formats import FORMATS, PACKAGE_FORMATS
from underdog.models.gguf.low_bits import q2_k, q3_k, tq1_0, tq2_0
from underdog.models.gguf.packed_fields import (
    HALF_BYTE,
    LOW_BIT,
    LOW_TWO,
    NIBBLE,
    Bytes,
    Floats,
    PackedFields,
    column,
    nibbles,
)

_PART_BLOCKS = 1 << 14
_SIX_BITS, _TOP_TWO = np.uint8(63), np.uint8(6)


def dequantised(data: Bytes, kind: int) -> Floats:
    """The float32 weights of blocks, flat and in order.

    Args:
        data: Bytes of whole blocks, flat.
        kind: Number of the format; a key of `formats.FORMATS`.

    Raises:
        MissingExtraError: The format needs the `gguf` package, which is not installed.
    """
    layout = FORMATS[kind]
    read = _from_package(kind) if kind in PACKAGE_FORMATS else _READERS[layout.name]
    blocks = data.reshape(-1, layout.size_bytes)
    weights = np.empty((len(blocks), layout.num_weights), np.float32)
    with np.errstate(all="ignore"):  # a bad scale gives bad weights, which the caller checks
        for start in range(0, len(blocks), _PART_BLOCKS):
            here = slice(start, start + _PART_BLOCKS)
            weights[here] = read(PackedFields(blocks[here]))
    return weights.reshape(-1)


def _from_package(kind: int) -> Callable[[PackedFields], Floats]:
    try:
        import gguf
    except ImportError as error:
        raise MissingExtraError(f"gguf, which reads {FORMATS[kind].name},", "gguf") from error
    official: Any = gguf.GGMLQuantizationType(kind)
    return lambda blocks: gguf.quants.dequantize(np.array(blocks.rows), official)


def _plain(kind: Any) -> Callable[[PackedFields], Floats]:
    return lambda blocks: blocks.numbers(1, kind).astype(np.float32)


def _bf16(blocks: PackedFields) -> Floats:
    return (blocks.numbers(1, np.uint16).astype(np.uint32) << 16).view(np.float32)


def _q8_0(blocks: PackedFields) -> Floats:
    return blocks.scale() * blocks.numbers(32, np.int8).astype(np.float32)


def _q4_0(blocks: PackedFields) -> Floats:
    scale = blocks.scale()
    return scale * (nibbles(blocks.bytes(16)).astype(np.float32) - 8)


def _q4_1(blocks: PackedFields) -> Floats:
    scale, offset = blocks.scale(), blocks.scale()
    return scale * nibbles(blocks.bytes(16)).astype(np.float32) + offset


def _q5_0(blocks: PackedFields) -> Floats:
    scale = blocks.scale()
    return scale * (_five_bits(blocks).astype(np.float32) - 16)


def _q5_1(blocks: PackedFields) -> Floats:
    scale, offset = blocks.scale(), blocks.scale()
    return scale * _five_bits(blocks).astype(np.float32) + offset


def _q4_k(blocks: PackedFields) -> Floats:
    scale, offset = _sub_scales(blocks)
    low = blocks.bytes(128).reshape(-1, 4, 32)
    return _in_sub_blocks(_halves(low), scale, offset)


def _q5_k(blocks: PackedFields) -> Floats:
    scale, offset = _sub_scales(blocks)
    high = blocks.bytes(32)
    low = _halves(blocks.bytes(128).reshape(-1, 4, 32))
    bits = (high[:, None, :] >> column(*range(8))) & LOW_BIT
    return _in_sub_blocks(low | bits << HALF_BYTE, scale, offset)


def _q6_k(blocks: PackedFields) -> Floats:
    low = blocks.bytes(128).reshape(-1, 2, 1, 64) >> column(0, 4) & NIBBLE
    high = blocks.bytes(64).reshape(-1, 2, 1, 32) >> column(0, 2, 4, 6) & LOW_TWO
    numbers = low.reshape(-1, 2, 4, 32) | high << HALF_BYTE
    fine = blocks.numbers(16, np.int8).astype(np.float32)
    scales = (blocks.scale() * fine)[:, :, None]
    values = numbers.reshape(-1, 16, 16).astype(np.float32) - 32
    return (scales * values).reshape(-1, 256)


def _five_bits(blocks: PackedFields) -> Bytes:
    """5-bit numbers: four bits from nibbles, the fifth from a 32-bit word before them."""
    fifth = np.unpackbits(blocks.bytes(4), axis=1, bitorder="little")
    return nibbles(blocks.bytes(16)) | fifth << HALF_BYTE


def _halves(packed: Bytes) -> Bytes:
    """4-bit numbers in sub-blocks of 32: the low halves of 32 bytes, then their high halves."""
    return (packed[:, :, None, :] >> column(0, 4) & NIBBLE).reshape(-1, 8, 32)


def _sub_scales(blocks: PackedFields) -> tuple[Floats, Floats]:
    """Scales and offsets of eight sub-blocks, six bits each, packed into twelve bytes."""
    scale, offset = blocks.scale(), blocks.scale()
    first, second, last = np.split(blocks.bytes(12), 3, axis=1)
    fine = np.concatenate(
        [first & _SIX_BITS, last & NIBBLE | first >> _TOP_TWO << HALF_BYTE], axis=1
    )
    minima = np.concatenate(
        [second & _SIX_BITS, last >> HALF_BYTE | second >> _TOP_TWO << HALF_BYTE], axis=1
    )
    return scale * fine.astype(np.float32), offset * minima.astype(np.float32)


def _in_sub_blocks(numbers: Bytes, scale: Floats, offset: Floats) -> Floats:
    weights = scale[:, :, None] * numbers.astype(np.float32) - offset[:, :, None]
    return weights.reshape(-1, 256)


_READERS: Mapping[str, Callable[[PackedFields], Floats]] = {
    "F32": _plain(np.float32),
    "F16": _plain(np.float16),
    "BF16": _bf16,
    "Q4_0": _q4_0,
    "Q4_1": _q4_1,
    "Q5_0": _q5_0,
    "Q5_1": _q5_1,
    "Q8_0": _q8_0,
    "Q2_K": q2_k,
    "Q3_K": q3_k,
    "Q4_K": _q4_k,
    "Q5_K": _q5_k,
    "Q6_K": _q6_k,
    "IQ4_NL": iq4_nl,
    "IQ4_XS": iq4_xs,
    "TQ1_0": tq1_0,
    "TQ2_0": tq2_0,
    "MXFP4": mxfp4,
    "NVFP4": nvfp4,
}
