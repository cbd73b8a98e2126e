"""A model's weights as the decoder graph wants them: converted once from GGUF, then mapped.

Every tensor is dequantised; matrices are then stored as int8 with one scale per output row
(`int8`), or as `f16` or `f32`. Query, key and value share one matrix, and so
do gate and up, because a few large products are faster than many small ones. The output head is
padded to whole tiles of the vocabulary (see `sampling`). A converted model is a folder in the cache
with one blob, its index and the tokenizer; it appears by one rename, so that a reader sees all of
it or nothing.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from underdog.engines.gguf_header import GgufHeader
from underdog.engines.openvino.architecture import Architecture
from underdog.engines.openvino.gguf_file import GgufFile
from underdog.engines.openvino.vocabulary import VOCABULARY_FILE, Vocabulary
from underdog.errors import EngineError, ModelFileError
from underdog.files import cache_folder

Precision: TypeAlias = Literal["int8", "f16", "f32"]
Array: TypeAlias = NDArray[Any]

TILE = 64
"""Tokens of the vocabulary per tile; the padded vocabulary is a multiple of it."""

_LAYOUT = 1
_ALIGNMENT_BYTES = 64
_INDEX, _BLOB = "index.json", "weights.bin"


@dataclass(frozen=True, slots=True)
class Weights:
    """Named arrays, mapped from disk.

    Attributes:
        architecture: What the graph is built from.
        arrays: `embedding`, `head`, `norm`, and per layer `0.qkv`, `0.qkv.bias`, `0.out`,
            `0.gate_up`, `0.down`, `0.attention_norm`, `0.mlp_norm`; an int8 matrix has its
            scales beside it under `….scale`.
        folder: Where they lie.
    """

    architecture: Architecture
    arrays: Mapping[str, Array]
    folder: Path

    @property
    def vocabulary(self) -> Vocabulary:
        """The model's tokenizer."""
        return Vocabulary.load(self.folder / VOCABULARY_FILE)


def converted(
    path: Path, header: GgufHeader, architecture: Architecture, digest: str, precision: Precision
) -> Weights:
    """The converted model, from the cache or made now.

    Args:
        path: The GGUF file.
        header: Its header.
        architecture: Its architecture.
        digest: SHA-256 of the file.
        precision: How matrices are stored.

    Raises:
        ModelFileError: A tensor is missing, of another shape, or of an unknown quantisation.
        EngineError: The cache cannot be written.
    """
    folder = cache_folder() / "openvino" / f"{digest[:24]}-{precision}-v{_LAYOUT}"
    if not (folder / _INDEX).is_file():
        _publish(folder, lambda part: _convert(path, header, architecture, precision, part))
    return _load(folder, architecture)


def _load(folder: Path, architecture: Architecture) -> Weights:
    try:
        index = json.loads((folder / _INDEX).read_bytes())
        blob = np.memmap(folder / _BLOB, dtype=np.uint8, mode="c")
        arrays = {
            name: blob[start : start + size].view(kind).reshape(shape)
            for name, (kind, shape, start, size) in index.items()
        }
    except (OSError, ValueError) as error:
        raise ModelFileError(f"the converted model {folder} is damaged; delete it") from error
    return Weights(architecture, arrays, folder)


def _publish(folder: Path, fill: Callable[[Path], None]) -> None:
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        fill(part)
        part.rename(folder)
    except OSError as error:
        if not (folder / _INDEX).is_file():
            reason = error.strerror or str(error)
            raise EngineError(
                f"cannot write the converted model {folder}: {reason}; free space or set "
                "UNDERDOG_CACHE to another folder"
            ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _convert(
    path: Path, header: GgufHeader, architecture: Architecture, precision: Precision, part: Path
) -> None:
    file = GgufFile(path, header)
    Vocabulary.from_gguf(file).save(part / VOCABULARY_FILE)
    index: dict[str, tuple[str, tuple[int, ...], int, int]] = {}
    with (part / _BLOB).open("wb") as blob:
        for name, array in _arrays(file, architecture, precision):
            index[name] = (array.dtype.str, array.shape, _append(blob, array), array.nbytes)
        blob.flush()
        os.fsync(blob.fileno())
    (part / _INDEX).write_text(json.dumps(index))


def _append(blob: IO[bytes], array: Array) -> int:
    blob.write(b"\0" * (-blob.tell() % _ALIGNMENT_BYTES))
    start = blob.tell()
    blob.write(np.ascontiguousarray(array).data)
    return start


def _arrays(
    file: GgufFile, architecture: Architecture, precision: Precision
) -> Iterator[tuple[str, Array]]:
    hidden = architecture.hidden_size
    embedding = file.tensor("token_embd.weight", 0, hidden)
    yield "embedding", embedding.astype(np.float32 if precision == "f32" else np.float16)
    yield "norm", file.tensor("output_norm.weight", hidden)
    head = file.tensor("output.weight", *embedding.shape) if "output.weight" in file else embedding
    head = np.pad(head, ((0, -len(head) % TILE), (0, 0)))
    yield from _matrix("head", head, precision)
    for layer in range(architecture.num_layers):
        for name, array in _layer(file, architecture, f"blk.{layer}."):
            if array.ndim == 2:
                yield from _matrix(f"{layer}.{name}", array, precision)
            else:
                yield f"{layer}.{name}", array


def _layer(file: GgufFile, architecture: Architecture, at: str) -> Iterator[tuple[str, Array]]:
    hidden, queries, keys = architecture.hidden_size, architecture.query_size, architecture.kv_size
    yield "attention_norm", file.tensor(f"{at}attn_norm.weight", hidden)
    yield "mlp_norm", file.tensor(f"{at}ffn_norm.weight", hidden)
    widths = {"q": queries, "k": keys, "v": keys}
    parts = [
        file.tensor(f"{at}attn_{part}.weight", width, hidden) for part, width in widths.items()
    ]
    yield "qkv", np.concatenate(_in_halves(parts, architecture))
    if f"{at}attn_q.bias" in file:
        parts = [file.tensor(f"{at}attn_{part}.bias", width) for part, width in widths.items()]
        yield "qkv.bias", np.concatenate(_in_halves(parts, architecture))
    yield "out", file.tensor(f"{at}attn_output.weight", hidden, queries)
    gate = file.tensor(f"{at}ffn_gate.weight", 0, hidden)
    yield "gate_up", np.concatenate([gate, file.tensor(f"{at}ffn_up.weight", *gate.shape)])
    yield "down", file.tensor(f"{at}ffn_down.weight", hidden, len(gate))


def _in_halves(parts: list[Array], architecture: Architecture) -> list[Array]:
    """Query, key and value with the rotary rows of the first two in half order."""
    if not architecture.interleaved:
        return parts
    query, key, value = parts
    pairs = architecture.head_size // 2

    def halves(rows: Array) -> Array:
        return rows.reshape(-1, pairs, 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)

    return [halves(query), halves(key), value]


def _matrix(name: str, matrix: Array, precision: Precision) -> Iterator[tuple[str, Array]]:
    if precision == "f32":
        yield name, matrix
    elif precision == "f16":
        yield name, matrix.astype(np.float16)
    else:
        scale = np.abs(matrix).max(axis=1, keepdims=True) / 127.0
        scale[scale == 0.0] = 1.0
        yield name, np.rint(matrix / scale).astype(np.int8)
        yield f"{name}.scale", scale.astype(np.float32)
