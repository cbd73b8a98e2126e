"""From the block formats of GGUF files to float32.

The formats are described in the ggml repository (ggml-common.h). A block holds 32 or 256 weights:
a scale at half precision, an offset in some formats, then small whole numbers whose bits lie apart.
These are the formats that small models come in; what is not listed here (the `IQ` family, 2 and 3
bits) is left to llama.cpp. Each is checked bit by bit against the official `gguf` package.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.engines.openvino.formats import FORMATS, BlockFormat

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_PART_BLOCKS = 1 << 14
_NIBBLE, _SIX_BITS = np.uint8(15), np.uint8(63)
_HALF, _TOP_TWO = np.uint8(4), np.uint8(6)


def dequantised(data: Bytes, kind: int) -> Floats:
    """The weights that blocks stand for, in order.

    Args:
        data: Whole blocks, flat.
        kind: Number of the format; one of `formats.FORMATS`.
    """
    layout = FORMATS[kind]
    blocks = data.reshape(-1, layout.size_bytes)
    weights = np.empty((len(blocks), layout.num_weights), np.float32)
    for start in range(0, len(blocks), _PART_BLOCKS):
        here = slice(start, start + _PART_BLOCKS)
        weights[here] = _READERS[layout.name](_Blocks(blocks[here], layout))
    return weights.reshape(-1)


@dataclass(slots=True)
class _Blocks:
    """Blocks that are read field by field."""

    rows: Bytes
    layout: BlockFormat
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


def _plain(kind: Any) -> Callable[[_Blocks], Floats]:
    return lambda blocks: blocks.numbers(1, kind).astype(np.float32)


def _bf16(blocks: _Blocks) -> Floats:
    return (blocks.numbers(1, np.uint16).astype(np.uint32) << 16).view(np.float32)


def _q8_0(blocks: _Blocks) -> Floats:
    return blocks.scale() * blocks.numbers(32, np.int8).astype(np.float32)


def _q4_0(blocks: _Blocks) -> Floats:
    scale = blocks.scale()
    return scale * (_nibbles(blocks.bytes(16)).astype(np.float32) - 8)


def _q4_1(blocks: _Blocks) -> Floats:
    scale, offset = blocks.scale(), blocks.scale()
    return scale * _nibbles(blocks.bytes(16)).astype(np.float32) + offset


def _q5_0(blocks: _Blocks) -> Floats:
    scale = blocks.scale()
    return scale * (_five_bits(blocks).astype(np.float32) - 16)


def _q5_1(blocks: _Blocks) -> Floats:
    scale, offset = blocks.scale(), blocks.scale()
    return scale * _five_bits(blocks).astype(np.float32) + offset


def _q4_k(blocks: _Blocks) -> Floats:
    scale, offset = _sub_scales(blocks)
    low = blocks.bytes(128).reshape(-1, 4, 32)
    return _in_sub_blocks(_halves(low), scale, offset)


def _q5_k(blocks: _Blocks) -> Floats:
    scale, offset = _sub_scales(blocks)
    high = blocks.bytes(32)
    low = _halves(blocks.bytes(128).reshape(-1, 4, 32))
    bits = (high[:, None, :] >> np.arange(8, dtype=np.uint8)[:, None]) & np.uint8(1)
    return _in_sub_blocks(low | bits << _HALF, scale, offset)


def _q6_k(blocks: _Blocks) -> Floats:
    low = blocks.bytes(128).reshape(-1, 2, 1, 64) >> _column(0, 4) & _NIBBLE
    high = blocks.bytes(64).reshape(-1, 2, 1, 32) >> _column(0, 2, 4, 6) & np.uint8(3)
    numbers = low.reshape(-1, 2, 4, 32) | high << _HALF
    fine = blocks.numbers(16, np.int8).astype(np.float32)
    scales = (blocks.scale() * fine)[:, :, None]
    values = numbers.reshape(-1, 16, 16).astype(np.float32) - 32
    return (scales * values).reshape(-1, 256)


def _nibbles(packed: Bytes) -> Bytes:
    """Low halves of all bytes, then high halves."""
    return np.concatenate([packed & _NIBBLE, packed >> _HALF], axis=1)


def _five_bits(blocks: _Blocks) -> Bytes:
    """Four bits from nibbles, the fifth from a word in front of them."""
    fifth = np.unpackbits(blocks.bytes(4), axis=1, bitorder="little")
    return _nibbles(blocks.bytes(16)) | fifth << _HALF


def _halves(packed: Bytes) -> Bytes:
    """Sub-blocks of 32: the low halves of 32 bytes, then their high halves."""
    return (packed[:, :, None, :] >> _column(0, 4) & _NIBBLE).reshape(-1, 8, 32)


def _column(*shifts: int) -> Bytes:
    return np.array(shifts, np.uint8)[:, None]


def _sub_scales(blocks: _Blocks) -> tuple[Floats, Floats]:
    """Scale and offset of eight sub-blocks, six bits each, packed into twelve bytes."""
    scale, offset = blocks.scale(), blocks.scale()
    first, second, last = np.split(blocks.bytes(12), 3, axis=1)
    fine = np.concatenate([first & _SIX_BITS, last & _NIBBLE | first >> _TOP_TWO << _HALF], axis=1)
    minima = np.concatenate(
        [second & _SIX_BITS, last >> _HALF | second >> _TOP_TWO << _HALF], axis=1
    )
    return scale * fine.astype(np.float32), offset * minima.astype(np.float32)


def _in_sub_blocks(numbers: Bytes, scale: Floats, offset: Floats) -> Floats:
    weights = scale[:, :, None] * numbers.astype(np.float32) - offset[:, :, None]
    return weights.reshape(-1, 256)


_READERS: Mapping[str, Callable[[_Blocks], Floats]] = {
    "F32": _plain(np.float32),
    "F16": _plain(np.float16),
    "BF16": _bf16,
    "Q4_0": _q4_0,
    "Q4_1": _q4_1,
    "Q5_0": _q5_0,
    "Q5_1": _q5_1,
    "Q8_0": _q8_0,
    "Q4_K": _q4_k,
    "Q5_K": _q5_k,
    "Q6_K": _q6_k,
}
