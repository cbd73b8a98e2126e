"""Named NumPy arrays and a JSON head in one file that processes can share by mapping it.

Eight bytes of a mark, the length of the head, a CRC-32 of all that follows, the head, the arrays,
each at a multiple of 64 bytes. Only plain numbers are stored, so reading one runs nothing. Not a
format for other programs.
"""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from underdog.errors import DataError
from underdog.files import write_atomic

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

_MARK = b"UDARRAYS"
_PREFIX = struct.Struct("<8sQQ")
_ALIGN = 64
_KINDS = frozenset({"<i8", "<i4", "<u8", "|b1"})


@dataclass(frozen=True, slots=True)
class ArraysFile:
    """What such a file holds.

    Attributes:
        head: Anything that JSON can say.
        arrays: The arrays by name; read-only when they come from a file.
    """

    head: Mapping[str, Any]
    arrays: Arrays


def write_arrays(path: Path, content: ArraysFile) -> None:
    """Write a file whole or not at all.

    Raises:
        UnderdogError: The disk is full or the folder cannot be written.
    """
    pieces: list[bytes] = []
    places: dict[str, tuple[str, int, int]] = {}
    size = 0
    for name, array in content.arrays.items():
        _check_kind(array.dtype.str)
        raw = np.ascontiguousarray(array).tobytes()
        places[name] = (array.dtype.str, size, len(array))
        pieces.append(raw + bytes(-len(raw) % _ALIGN))
        size += len(pieces[-1])
    head = json.dumps({"head": content.head, "arrays": places, "size": size}).encode()
    head += b" " * (-(len(head) + _PREFIX.size) % _ALIGN)
    check = zlib.crc32(head)
    for piece in pieces:
        check = zlib.crc32(piece, check)
    prefix = _PREFIX.pack(_MARK, len(head), check)
    write_atomic(path, lambda file: file.writelines([prefix, head, *pieces]))


def read_arrays(path: Path, *, check: bool = True) -> ArraysFile:
    """Map a file.

    Args:
        path: The file.
        check: Whether all of it is read once to compare its checksum.

    Raises:
        DataError: It is missing or damaged.
    """
    try:
        whole = np.memmap(path, dtype=np.uint8, mode="r")
        mark, length, told = _PREFIX.unpack(bytes(whole[: _PREFIX.size]))
        body = _PREFIX.size + length
        if mark != _MARK or body > len(whole):
            raise DataError(f"{path} is damaged; delete it")
        if check and zlib.crc32(whole[_PREFIX.size :].data) != told:
            raise DataError(f"{path} is damaged; delete it")
        listed = json.loads(bytes(whole[_PREFIX.size : body]))
        if body + listed["size"] != len(whole):
            raise DataError(f"{path} is damaged; delete it")
        places: dict[str, list[Any]] = listed["arrays"]
        arrays = {name: _array(whole, body, *place) for name, place in places.items()}
        return ArraysFile(listed["head"], arrays)
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise DataError(f"{path} cannot be read: {error}; delete it") from error


def _array(
    whole: NDArray[np.uint8], body: int, kind: str, offset: int, length: int
) -> NDArray[Any]:
    _check_kind(kind)
    plain = np.dtype(kind)
    start = body + offset
    return whole[start : start + length * plain.itemsize].view(np.ndarray).view(plain)


def _check_kind(kind: str) -> None:
    if kind not in _KINDS:
        raise TypeError(f"arrays of {kind!r} are not stored; only {', '.join(sorted(_KINDS))}")
