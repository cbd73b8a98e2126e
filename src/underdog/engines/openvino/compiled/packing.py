"""How a matrix of weights is stored: the precisions, and what the graph needs to unpack them.

`int8` has a scale for every 64 (or 32) weights of a row, or one for a row that does not divide;
`int4` has a scale and a zero point for as many, and leaves matrices whose rows do not divide at 8
bits. `bf16` is kept as the upper half of a float's bits, which NumPy has no type for.
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
    """A matrix that is looked up, not multiplied: half precision is enough but for `f32`."""
    return matrix.astype(np.float32 if precision == "f32" else np.float16)


def packed(name: str, matrix: Array, precision: Precision) -> Iterator[tuple[str, Array]]:
    """The arrays that a matrix is stored as, by name.

    Args:
        name: The matrix's name.
        matrix: Output rows of input weights, in float32.
        precision: How to store it.

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
    """Neighbours in one byte, the first in its lower half."""
    flat = levels.astype(np.uint8).ravel()
    flat = np.pad(flat, (0, len(flat) % 2))
    return flat[0::2] | flat[1::2] << 4
