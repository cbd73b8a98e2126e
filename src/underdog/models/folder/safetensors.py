"""A bounded reader for safetensors files: header, and F32, F16 and BF16 tensors as float32.

A file is 8 bytes with the length of a JSON header, the header, and the values. It is untrusted
input: every length is checked against the file's size before anything is allocated, and any
violation of the format raises `ModelFileError`. The format is described in the safetensors
repository of Hugging Face.
"""

import json
import math
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from underdog.errors import ModelFileError
from underdog.files import open_regular
from underdog.models.tensor_source import check_shape, check_values, mapped

Json: TypeAlias = Any

_KINDS: Mapping[str, str] = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_MAX_HEADER_BYTES = 1 << 22
_MAX_DIMS = 8
_BLOCK_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Place and format of a tensor in its file.

    Attributes:
        kind: Data type by its name in the format, such as `BF16`.
        shape: Extents, slowest axis first.
        start: Offset of its first byte in the file.
        end: Offset after its last byte in the file.
    """

    kind: str
    shape: tuple[int, ...]
    start: int
    end: int


class SafetensorsFile:
    """A memory-mapped safetensors file.

    Args:
        path: The file.

    Raises:
        ModelFileError: The file is missing, cut short, or not well-formed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.places = read_safetensors_header(path)
        for name, place in self.places.items():
            if not all(place.shape):
                raise _malformed(path, f"tensor {name!r} has shape {place.shape}")
        self._data = mapped(path)

    def __contains__(self, name: str) -> bool:
        return name in self.places

    def stored(self, name: str) -> NDArray[np.uint8]:
        """A tensor's bytes, as they are in the file."""
        place = self.places[name]
        return self._data[place.start : place.end]

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A tensor's values as float32.

        Args:
            name: The tensor's name in this file.
            shape: The required shape, slowest axis first; 0 stands for any extent.

        Raises:
            ModelFileError: The tensor is missing, of another shape or format, or not finite.
        """
        place = self.places.get(name)
        if place is None:
            raise ModelFileError(f"{self._path} has no tensor {name}; download the model again")
        check_shape(self._path, name, place.shape, shape)
        if place.kind not in _KINDS:
            raise ModelFileError(
                f"{self._path}: tensor {name} is in format {place.kind}; the openvino engine reads "
                f"{', '.join(_KINDS)}, so convert it to one of them"
            )
        values = self.stored(name).view(_KINDS[place.kind])
        if place.kind == "BF16":
            values = (values.astype(np.uint32) << 16).view(np.float32)
        with np.errstate(invalid="ignore"):  # not-a-number survives the cast and is refused below
            values = values.astype(np.float32)
        return check_values(self._path, name, values).reshape(place.shape)


def same_values(one: SafetensorsFile, name: str, other: SafetensorsFile, its_name: str) -> bool:
    """Whether two stored tensors are the same bytes in the same format and shape."""
    left, right = one.stored(name), other.stored(its_name)
    mine, theirs = one.places[name], other.places[its_name]
    if (mine.kind, mine.shape, len(left)) != (theirs.kind, theirs.shape, len(right)):
        return False
    return all(
        np.array_equal(left[at : at + _BLOCK_BYTES], right[at : at + _BLOCK_BYTES])
        for at in range(0, len(left), _BLOCK_BYTES)
    )


def read_safetensors_header(path: Path) -> dict[str, StoredTensor]:
    """Place and format of a file's tensors, by name.

    Raises:
        ModelFileError: The file is missing, cut short, or not well-formed.
    """
    try:
        with open_regular(path) as file:
            size_bytes = os.fstat(file.fileno()).st_size
            head = file.read(8)
            length = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
            if not 2 <= length <= min(size_bytes - 8, _MAX_HEADER_BYTES):
                raise _malformed(path, f"its header claims {length} of {size_bytes} bytes")
            header = _parsed(path, file.read(length))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelFileError(f"cannot read the weights {path}: {reason}") from error
    places = dict(_places(path, header, 8 + length, size_bytes))
    _check_apart(path, places)
    return places


def _parsed(path: Path, text: bytes) -> dict[str, Json]:
    try:
        header = json.loads(text, object_pairs_hook=_unrepeated)
    except (ValueError, RecursionError) as error:
        raise _malformed(path, f"its header is no JSON ({str(error)[:80]})") from error
    if not isinstance(header, dict):
        raise _malformed(path, "its header is no JSON object")
    return header  # pyright: ignore[reportUnknownVariableType]


def _unrepeated(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


def _places(
    path: Path, header: Mapping[str, Json], begin: int, size_bytes: int
) -> Iterator[tuple[str, StoredTensor]]:
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if not isinstance(entry, dict):
            raise _malformed(path, f"tensor {name!r} is not described by an object")
        given = cast("dict[str, Json]", entry)
        kind: Json = given.get("dtype")
        shape: Json = given.get("shape")
        span: Json = given.get("data_offsets")
        if not isinstance(kind, str) or not _whole(shape) or not _whole(span) or len(span) != 2:
            raise _malformed(path, f"tensor {name!r} lacks a type, a shape or two offsets")
        place = StoredTensor(kind, tuple(shape), begin + span[0], begin + span[1])
        if len(place.shape) > _MAX_DIMS:
            raise _malformed(path, f"tensor {name!r} has shape {place.shape[:_MAX_DIMS]}")
        if not begin <= place.start <= place.end <= size_bytes:
            raise _malformed(path, f"tensor {name!r} lies outside its {size_bytes} bytes")
        width = np.dtype(_KINDS.get(kind, "<u1")).itemsize
        if kind in _KINDS and math.prod(place.shape) * width != place.end - place.start:
            raise _malformed(path, f"tensor {name!r} of shape {place.shape} has a wrong size")
        yield name, place


def _whole(values: Json) -> bool:
    """Whether a JSON value is a list of whole numbers, none negative."""
    if not isinstance(values, list):
        return False
    return all(type(item) is int and item >= 0 for item in cast("list[Json]", values))


def _check_apart(path: Path, places: Mapping[str, StoredTensor]) -> None:
    end, before = 0, ""
    for name, place in sorted(places.items(), key=lambda item: (item[1].start, item[1].end)):
        if place.start < end:
            raise _malformed(path, f"tensors {before!r} and {name!r} overlap")
        end, before = place.end, name


def _malformed(path: Path, why: str) -> ModelFileError:
    return ModelFileError(
        f"{path} is no usable safetensors file: {why}; download it again or use another"
    )
