"""Storage formats of weight matrices: packed values, scales and zero points.

`int8` has a scale for every group of 64 (or 32) weights of a row, or one for the whole row when its
length is no multiple of 32; `int4` has a scale and a zero point per group, and keeps matrices
without such groups at 8 bits. `bf16` is kept as the upper half of a float32's bits, because NumPy
has no type for it.
"""

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

Precision: TypeAlias = Literal["int8", "int4", "bf16", "f16", "f32"]
Array: TypeAlias = NDArray[Any]

PRECISIONS: tuple[Precision, ...] = get_args(Precision)

_GROUPS = (64, 32)
_LEVELS = 15
_HIGHEST = 127


def plain(matrix: Array, precision: Precision) -> Array:
    """A lookup table (not multiplied) in float16, or in float32 when the precision is `f32`."""
    return matrix.astype(np.float32 if precision == "f32" else np.float16)


def packed(name: str, matrix: Array, precision: Precision) -> Iterator[tuple[str, Array]]:
    """The arrays that a matrix is stored as, by name.

    Args:
        name: The matrix's name.
        matrix: Weights in float32, shape (outputs, inputs).
        precision: Storage format.

    Yields:
        The matrix under its name, in int8, packed pairs of 4 bits (uint8), the bits of bfloat16
        (uint16), float16 or float32; then its scales and zero points.
    """
    group = next((size for size in _GROUPS if matrix.shape[1] % size == 0), 0)
    if precision == "f32":
        yield name, matrix
    elif precision == "f16":
        yield name, matrix.astype(np.float16)
    elif precision == "bf16":
        yield name, bfloat16_bits(matrix)
    elif precision == "int4" and group:
        yield from _four_bits(name, matrix, group)
    else:
        yield from _eight_bits(name, matrix, group)


def bfloat16_bits(values: Array) -> Array:
    """The bits of the nearest bfloat16, ties to even."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    rounded = bits + np.uint32(0x7FFF) + (bits >> np.uint32(16) & np.uint32(1))
    return (rounded >> np.uint32(16)).astype(np.uint16)


def _eight_bits(name: str, matrix: Array, group: int) -> Iterator[tuple[str, Array]]:
    groups = matrix.reshape(len(matrix), -1, group) if group else matrix
    scale = np.abs(groups).max(axis=-1, keepdims=True) / _HIGHEST
    scale = scale.astype(np.float16 if group else np.float32)
    scale[scale == 0.0] = 1.0
    levels = np.clip(np.rint(groups / scale.astype(np.float32)), -_HIGHEST, _HIGHEST)
    yield name, levels.astype(np.int8).reshape(matrix.shape)
    yield f"{name}.scale", scale


def _four_bits(name: str, matrix: Array, group: int) -> Iterator[tuple[str, Array]]:
    groups = matrix.reshape(len(matrix), -1, group)
    low = np.minimum(groups.min(axis=2, keepdims=True), 0.0)
    high = np.maximum(groups.max(axis=2, keepdims=True), 0.0)
    scale = ((high - low) / _LEVELS).astype(np.float16)
    scale[scale == 0.0] = 1.0
    wide = scale.astype(np.float32)
    zero = np.clip(np.rint(-low / wide), 0, _LEVELS)
    levels = np.clip(np.rint(groups / wide) + zero, 0, _LEVELS)
    yield name, _pairs(levels).reshape(len(matrix), -1)
    yield f"{name}.scale", scale
    yield f"{name}.zero", _pairs(zero)


def _pairs(levels: Array) -> Array:
    """Pairs of neighbouring 4-bit numbers in one byte each, the first in the lower half."""
    flat = levels.astype(np.uint8).ravel()
    flat = np.pad(flat, (0, len(flat) % 2))
    return flat[0::2] | flat[1::2] << 4
