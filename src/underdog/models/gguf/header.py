"""A bounded reader for the header of a GGUF file: metadata and tensor places, never the weights.

A GGUF file is untrusted input. Every length is checked against the remaining bytes before anything
is allocated, entries have upper limits in number and size, and every tensor must lie inside the
file without overlap; a violation raises `ModelFileError`. The format is described in the ggml
repository (docs/gguf.md), versions 2 and 3.
"""

import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TypeAlias

from underdog.core import ModelShape
from underdog.errors import ModelFileError
from underdog.files import open_regular
from underdog.models.gguf.block_sizes import BLOCKS

Scalar: TypeAlias = str | int | float | bool

_MAGIC = b"GGUF"
_FORMATS: Mapping[int, str] = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q",
    12: "<d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9
_MAX_ENTRIES = 1 << 16
_MAX_KEY_BYTES = 1 << 10
_MAX_TEXT_BYTES = 1 << 22
_MAX_TEXTS_BYTES = 1 << 26
_MAX_STRINGS = 1 << 21
_MAX_STRING_BYTES = 1 << 20
_WALK_BYTES = 1 << 16
_MAX_DIMS = 4
_MAX_PARAMS = 1 << 44
_DEFAULT_ALIGNMENT = 32
_TOKENS = "tokenizer.ggml.tokens"
_CUTS_WITH_BOS = (
    "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
)  # fmt: skip
_PIECE_IDS: Mapping[str, int] = {"bos": 1, "eos": 2}


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """Place and format of a tensor in its file.

    Attributes:
        shape: Extents, slowest axis first, as in NumPy.
        kind: Number of the block format in GGUF.
        start: Offset of its first byte in the file.
    """

    shape: tuple[int, ...]
    kind: int
    start: int


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The checked header of a GGUF file.

    Attributes:
        metadata: Scalar entries by key; arrays are left out.
        tensor_sizes: Number of elements by tensor name.
        bos_token: Text of the token that begins a sequence, empty when there is none.
        eos_token: Text of the token that ends a turn, empty when there is none.
        tensors: Place and format by tensor name.
        arrays_at: Offset of each metadata array in the file, by key.
    """

    metadata: Mapping[str, Scalar]
    tensor_sizes: Mapping[str, int]
    bos_token: str = ""
    eos_token: str = ""
    tensors: Mapping[str, TensorPlace] = field(default_factory=dict[str, TensorPlace])
    arrays_at: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def architecture(self) -> str:
        """Architecture name, such as `llama`."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def context_tokens(self) -> int:
        """Context length that the model was trained for, in tokens; 0 when not stated."""
        return self._number("context_length")

    @property
    def chat_template(self) -> str | None:
        """The model's own chat template (untrusted Jinja source)."""
        template = self.metadata.get("tokenizer.chat_template")
        return template if isinstance(template, str) and template.strip() else None

    @property
    def adds_bos(self) -> bool:
        """Whether the tokenizer adds the beginning-of-sequence token to every text.

        Where the file does not say, SentencePiece vocabularies and those of Llama 3 do, as in
        llama.cpp.
        """
        given = self.metadata.get("tokenizer.ggml.add_bos_token")
        if isinstance(given, bool):
            return given
        kind = self.metadata.get("tokenizer.ggml.model")
        cut = self.metadata.get("tokenizer.ggml.pre")
        return kind == "llama" or (kind == "gpt2" and cut in _CUTS_WITH_BOS)

    @property
    def shape(self) -> ModelShape:
        """Architecture, for counting FLOPs; the embedding counts only when it is also the head."""
        tied = "output.weight" not in self.tensor_sizes
        hidden = self._number("embedding_length")
        width = self._number("attention.head_count") * self._number("attention.key_length")
        return ModelShape(
            num_params=sum(self.tensor_sizes.values()),
            num_embedding_params=0 if tied else self.tensor_sizes.get("token_embd.weight", 0),
            num_layers=self._number("block_count"),
            hidden_size=hidden,
            attention_size=0 if width == hidden else width,
        )

    def _number(self, name: str) -> int:
        value = self.metadata.get(f"{self.architecture}.{name}", 0)
        return value if isinstance(value, int) and 0 <= value < 1 << 31 else 0


def special_id(metadata: Mapping[str, Scalar], role: str) -> Scalar | None:
    """The unchecked id of a special token, such as `bos`; `None` when the file has none.

    SentencePiece vocabularies that do not say have `<s>` and `</s>` at 1 and 2, as in llama.cpp.
    """
    pieces = metadata.get("tokenizer.ggml.model") == "llama"
    default = _PIECE_IDS.get(role) if pieces else None
    return metadata.get(f"tokenizer.ggml.{role}_token_id", default)


def read_gguf_header(path: Path) -> GgufHeader:
    """Read and check a GGUF file's header.

    Raises:
        ModelFileError: The file is missing, cut short, or not well-formed GGUF.
    """
    try:
        with open_regular(path) as file:
            return _HeaderReader(file, os.fstat(file.fileno()).st_size, path).header()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelFileError(f"cannot read the model file {path}: {reason}") from error


class _HeaderReader:
    def __init__(self, file: IO[bytes], size_bytes: int, path: Path) -> None:
        self._file = file
        self._size_bytes = size_bytes
        self._at = 0
        self._path = path
        self._strings_left = _MAX_STRINGS
        self._text_bytes_left = _MAX_TEXTS_BYTES

    def header(self) -> GgufHeader:
        if self._take(4) != _MAGIC:
            raise self._malformed("it does not begin with 'GGUF'", "give a model in GGUF format")
        version = self._int("<I")
        if version not in (2, 3):
            raise self._malformed(f"version {version} is not 2 or 3", "convert the model again")
        num_tensors = self._count("tensors")
        num_entries = self._count("metadata entries")
        metadata, arrays_at = self._metadata(num_entries)
        tensors = self._tensors(num_tensors)
        if "general.architecture" not in metadata or not tensors:
            raise self._malformed("it names no architecture or holds no tensors")
        alignment = self._alignment(metadata.get("general.alignment", _DEFAULT_ALIGNMENT))
        begin = self._at + -self._at % alignment
        self._check_places(tensors, begin, alignment)
        tokens_at = arrays_at.get(_TOKENS, 0)
        return GgufHeader(
            metadata,
            {name: math.prod(place.shape) for name, place in tensors.items()},
            bos_token=self._token(special_id(metadata, "bos"), tokens_at),
            eos_token=self._token(special_id(metadata, "eos"), tokens_at),
            tensors={
                name: replace(place, start=begin + place.start) for name, place in tensors.items()
            },
            arrays_at=arrays_at,
        )

    def _metadata(self, num_entries: int) -> tuple[dict[str, Scalar], dict[str, int]]:
        metadata: dict[str, Scalar] = {}
        arrays_at: dict[str, int] = {}
        for _ in range(num_entries):
            key = self._name("metadata key")
            kind = self._int("<I")
            if key in metadata or key in arrays_at:
                raise self._malformed(f"metadata key {key!r} appears twice")
            if kind == _ARRAY:
                arrays_at[key] = self._at
                self._skip_array(key)
            else:
                metadata[key] = self._scalar(kind, key)
        return metadata, arrays_at

    def _tensors(self, num_tensors: int) -> dict[str, TensorPlace]:
        """Tensors by name; they start at offsets from the end of the header."""
        tensors: dict[str, TensorPlace] = {}
        for _ in range(num_tensors):
            name = self._name("tensor name")
            num_dims = self._int("<I")
            if not 1 <= num_dims <= _MAX_DIMS:
                raise self._malformed(f"tensor {name!r} has {num_dims} dimensions")
            shape = tuple(self._int("<Q") for _ in range(num_dims))[::-1]
            size = math.prod(shape)
            if not 0 < size <= _MAX_PARAMS:
                raise self._malformed(f"tensor {name!r} has {size} elements")
            if name in tensors:
                raise self._malformed(f"tensor {name!r} appears twice")
            tensors[name] = TensorPlace(shape, self._int("<I"), self._int("<Q"))
        return tensors

    def _alignment(self, given: Scalar) -> int:
        """The file's alignment in bytes: every tensor starts at a multiple of it."""
        if isinstance(given, bool) or not isinstance(given, int) or given < 1:
            raise self._malformed(f"its alignment is {given!r}")
        return given

    def _check_places(self, tensors: Mapping[str, TensorPlace], begin: int, alignment: int) -> None:
        """Check that tensors are aligned, inside the file and do not overlap.

        Tensors of unknown formats count with size 0.
        """
        end, before = 0, ""
        for name, place in sorted(tensors.items(), key=lambda item: item[1].start):
            if place.start % alignment:
                raise self._malformed(
                    f"tensor {name!r} begins at {place.start}, which is unaligned"
                )
            if place.start < end:
                raise self._malformed(f"tensors {before!r} and {name!r} overlap")
            end, before = place.start + self._num_bytes(name, place), name
            if begin + end > self._size_bytes:
                raise self._malformed(
                    f"its tensor {name!r} lies beyond its {self._size_bytes} bytes",
                    "download it again",
                )

    def _num_bytes(self, name: str, place: TensorPlace) -> int:
        block = BLOCKS.get(place.kind)
        if block is None:
            return 1
        if place.shape[-1] % block.num_weights:
            raise self._malformed(
                f"tensor {name!r} has rows of {place.shape[-1]}, which {block.name} cannot hold"
            )
        return math.prod(place.shape) // block.num_weights * block.size_bytes

    def _scalar(self, kind: int, key: str) -> Scalar:
        if kind == _STRING:
            return self._value(key)
        layout = _FORMATS.get(kind)
        if layout is None:
            raise self._malformed(f"metadata {key!r} has unknown type {kind}")
        value = struct.unpack(layout, self._take(struct.calcsize(layout)))[0]
        return value

    def _skip_array(self, key: str) -> None:
        kind, length = self._int("<I"), self._int("<Q")
        if kind == _STRING:
            self._strings_left -= length
            if self._strings_left < 0:
                raise self._malformed(f"array {key!r} claims {length} strings")
            self._skip_strings(length, key)
            return
        layout = _FORMATS.get(kind)
        if layout is None:
            raise self._malformed(f"array {key!r} has unsupported item type {kind}")
        self._skip(length * struct.calcsize(layout), key)

    def _skip_strings(self, count: int, key: str) -> None:
        """Skip an array of strings, reading the file in parts of bounded size."""
        stretch, begin = b"", self._at
        for _ in range(count):
            place = self._at - begin
            if place + 8 > len(stretch):
                begin, place = self._at, 0
                self._file.seek(begin)
                stretch = self._file.read(_WALK_BYTES)
            length = int.from_bytes(stretch[place : place + 8], "little")
            self._at += 8 + length
            if length > _MAX_STRING_BYTES or self._at > self._size_bytes:
                raise self._malformed(f"a string of {key!r} claims {length} bytes")
        self._file.seek(self._at)

    def _token(self, index: Scalar | None, tokens_at: int) -> str:
        if not isinstance(index, int) or not tokens_at:
            return ""
        self._at = tokens_at
        self._file.seek(tokens_at)
        kind, length = self._int("<I"), self._int("<Q")
        if kind != _STRING or not 0 <= index < length:
            return ""
        self._skip_strings(index, _TOKENS)
        return self._text_bytes(_MAX_KEY_BYTES, "token").decode("utf-8", errors="replace")

    def _count(self, what: str) -> int:
        count = self._int("<Q")
        if count > _MAX_ENTRIES:
            raise self._malformed(f"it claims {count} {what}")
        return count

    def _value(self, key: str) -> str:
        """A string; invalid UTF-8 is replaced, since the string is only shown or compared."""
        data = self._text_bytes(_MAX_TEXT_BYTES, f"value of {key!r}")
        self._text_bytes_left -= len(data)
        if self._text_bytes_left < 0:
            raise self._malformed(f"its texts are longer than {_MAX_TEXTS_BYTES} bytes")
        return data.decode("utf-8", errors="replace")

    def _name(self, what: str) -> str:
        data = self._text_bytes(_MAX_KEY_BYTES, what)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._malformed(f"a {what} is no UTF-8: {data[:40]!r}") from error

    def _text_bytes(self, limit_bytes: int, what: str) -> bytes:
        length = self._int("<Q")
        if length > limit_bytes:
            raise self._malformed(f"a {what} claims {length} bytes")
        return self._take(length)

    def _int(self, layout: str) -> int:
        value: int = struct.unpack(layout, self._take(struct.calcsize(layout)))[0]
        return value

    def _skip(self, num_bytes: int, what: str) -> None:
        if num_bytes > self._size_bytes - self._at:
            raise self._malformed(f"{what!r} claims {num_bytes} bytes, more than are left")
        self._at += num_bytes
        self._file.seek(self._at)

    def _take(self, num_bytes: int) -> bytes:
        data = self._file.read(num_bytes)
        if len(data) != num_bytes:
            raise self._malformed(f"it ends inside its header, at byte {self._at + len(data)}")
        self._at += num_bytes
        return data

    def _malformed(
        self, why: str, remedy: str = "download it again or use another"
    ) -> ModelFileError:
        return ModelFileError(f"{self._path} is not a usable GGUF model: {why}; {remedy}")
