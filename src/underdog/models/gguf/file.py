"""The contents of a GGUF file: tensors as float32, and the arrays of its metadata.

The header has been read and checked before (see `header`). Tensors and arrays are checked against
the file's size again, since the file may have changed, and against upper limits of memory.
"""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.errors import ModelFileError
from underdog.models.gguf.formats import FORMATS
from underdog.models.gguf.header import GgufHeader, TensorPlace
from underdog.models.gguf.quantisation import dequantised
from underdog.models.tensor_source import check_shape, check_values, mapped

_STRING = 8
_MAX_ITEMS = 1 << 21
_MAX_TEXTS_BYTES = 1 << 26
_NUMBERS: dict[int, Any] = {
    0: np.uint8, 1: np.int8, 2: np.uint16, 3: np.int16, 4: np.uint32, 5: np.int32, 6: np.float32,
    7: np.bool_, 10: np.uint64, 11: np.int64, 12: np.float64,
}  # fmt: skip


class GgufFile:
    """A memory-mapped GGUF file.

    Args:
        path: The file.
        header: Its header, as read by `read_gguf_header`.
    """

    def __init__(self, path: Path, header: GgufHeader) -> None:
        self.header = header
        self.path = path
        self._data = mapped(path)

    def __contains__(self, name: str) -> bool:
        return name in self.header.tensors

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A tensor's values as float32.

        Args:
            name: The tensor's name.
            shape: The required shape, slowest axis first; 0 stands for any extent.

        Raises:
            ModelFileError: The tensor is missing, cut short, of another shape or an unknown format,
                or holds values that are not finite.
            MissingExtraError: Its format needs the `gguf` package, which is not installed.
        """
        place = self.header.tensors.get(name)
        if place is None:
            raise ModelFileError(f"{self.path} has no tensor {name}")
        check_shape(self.path, name, place.shape, shape)
        values = self._values(name, place, self.header.tensor_sizes[name])
        return check_values(self.path, name, values).reshape(place.shape)

    def first_rows(self, name: str, count: int) -> NDArray[np.float32]:
        """The first `count` rows of a matrix, as float32. Raises as `tensor` does."""
        place = self.header.tensors[name]
        width = place.shape[-1]
        rows = min(count, self.header.tensor_sizes[name] // width)
        return self._values(name, place, rows * width).reshape(rows, width)

    def _values(self, name: str, place: TensorPlace, size: int) -> NDArray[np.float32]:
        layout = FORMATS.get(place.kind)
        if layout is None or place.shape[-1] % layout.num_weights:
            raise ModelFileError(
                f"{self.path}: tensor {name} is in format {place.kind}, which the openvino engine "
                "does not read; use the llama_cpp engine"
            )
        end = place.start + size // layout.num_weights * layout.size_bytes
        if end > len(self._data):
            raise ModelFileError(f"{self.path}: tensor {name} is cut short; download it again")
        return dequantised(self._data[place.start : end], place.kind)

    def strings(self, key: str) -> list[str]:
        """An array of strings in the metadata; empty when there is none.

        Raises:
            ModelFileError: The array is cut short or longer than the limit.
        """
        start, kind, length = self._array(key)
        if kind != _STRING:
            return []
        data = self._data[start : start + _MAX_TEXTS_BYTES].data
        texts: list[str] = []
        at = 0
        try:
            for _ in range(length):
                (size,) = struct.unpack_from("<Q", data, at)
                at += 8 + size
                texts.append(str(data[at - size : at], "utf-8", "replace"))
        except struct.error as error:
            raise self._cut_short(key) from error
        if at > len(data):
            raise self._cut_short(key)
        return texts

    def numbers(self, key: str) -> list[int]:
        """An array of numbers in the metadata; empty when there is none.

        Raises:
            ModelFileError: The array is cut short or longer than the limit.
        """
        start, kind, length = self._array(key)
        if kind not in _NUMBERS:
            return []
        end = start + np.dtype(_NUMBERS[kind]).itemsize * length
        if end > len(self._data):
            raise self._cut_short(key)
        return self._data[start:end].view(_NUMBERS[kind]).tolist()

    def _array(self, key: str) -> tuple[int, int, int]:
        """First byte, element type and length of a metadata array; type -1 when there is none."""
        start = self.header.arrays_at.get(key)
        if start is None:
            return 0, -1, 0
        if start + 12 > len(self._data):
            raise self._cut_short(key)
        kind, length = struct.unpack_from("<IQ", self._data.data, start)
        if length > _MAX_ITEMS:
            raise ModelFileError(f"{self.path}: array {key!r} has {length} items, which is absurd")
        return start + 12, kind, length

    def _cut_short(self, key: str) -> ModelFileError:
        return ModelFileError(f"{self.path}: array {key!r} is cut short; download it again")
