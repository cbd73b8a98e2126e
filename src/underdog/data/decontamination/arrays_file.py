"""Named NumPy arrays and a JSON head in one safetensors file that processes map into memory.

The head is an array of bytes. So are the last four bytes: the CRC-32 of all bytes before them.
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

from underdog.errors import DataError, ModelFileError
from underdog.files import write_atomic
from underdog.models.folder.safetensors import read_safetensors_header
from underdog.models.tensor_source import mapped

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

_KINDS = {"I64": "<i8", "U64": "<u8", "I32": "<i4", "BOOL": "|b1", "U8": "|u1", "U32": "<u4"}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_HEAD, _CHECK = "head", "crc32"
_ALIGN = 64


@dataclass(frozen=True, slots=True)
class ArraysFile:
    """Content of such a file.

    Attributes:
        head: Any JSON value.
        arrays: The arrays by name; read-only when mapped from a file.
    """

    head: Mapping[str, Any]
    arrays: Arrays


def write_arrays(path: Path, content: ArraysFile) -> None:
    """Write a file whole or not at all.

    Raises:
        TypeError: An array is not of plain whole numbers.
        UnderdogError: The disk is full or the folder cannot be written.
    """
    head = np.frombuffer(json.dumps(content.head).encode(), np.uint8)
    # The widest arrays first, so that each array begins at a multiple of its item size.
    ordered = sorted(content.arrays.items(), key=lambda item: -item[1].itemsize)
    arrays = {**dict(ordered), _HEAD: head, _CHECK: np.zeros(1, np.uint32)}
    places: dict[str, dict[str, object]] = {}
    end = 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        kind = _name_of(array.dtype.str)
        places[name] = {"dtype": kind, "shape": array.shape, "data_offsets": (start, end)}
    header = json.dumps(places).encode()
    header += b" " * (-(len(header) + 8) % _ALIGN)
    pieces = [struct.pack("<Q", len(header)), header]
    pieces += [array.tobytes() for name, array in arrays.items() if name != _CHECK]
    check = 0
    for piece in pieces:
        check = zlib.crc32(piece, check)
    write_atomic(path, lambda file: file.writelines([*pieces, struct.pack("<I", check)]))


def read_arrays(path: Path, *, check: bool = True) -> ArraysFile:
    """Map a file into memory.

    Args:
        path: The file.
        check: Whether the whole file is read to compare its checksum.

    Raises:
        DataError: The file is missing or damaged.
    """
    try:
        places = read_safetensors_header(path)
        whole = mapped(path)
        arrays = {
            name: whole[place.start : place.end]
            .view(np.ndarray)
            .view(_KINDS[place.kind])
            .reshape(place.shape)
            for name, place in places.items()
        }
        stated = int(arrays.pop(_CHECK)[0])
        if check and zlib.crc32(whole[: places[_CHECK].start].data) != stated:
            raise DataError(f"{path} is damaged; delete it")
        return ArraysFile(json.loads(arrays.pop(_HEAD).tobytes()), arrays)
    except (ModelFileError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(f"{path} is missing or damaged: {error}; delete it") from error


def _name_of(kind: str) -> str:
    if kind not in _NAMES:
        raise TypeError(f"arrays of {kind!r} are not stored; only {', '.join(sorted(_NAMES))}")
    return _NAMES[kind]
