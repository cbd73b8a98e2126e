"""A model's weights in the decoder graph's layout: converted once, then memory-mapped.

Every tensor is dequantised; matrices are then stored in the chosen precision (see `packing`).
Query, key and value share one matrix, because one large product is faster than small ones. The
output head is padded to whole tiles of the vocabulary (see `decoding.sampling`). A converted model
is a folder in the cache with one blob, its index and the tokenizer; the folder is published by one
rename, so that a reader never sees an incomplete one.
"""

import json
import mmap
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from underdog.engines.openvino.compiled.packing import Array, Precision, packed, plain
from underdog.errors import EngineError, ModelFileError
from underdog.files import cache_folder, read_bounded
from underdog.models.architecture import Architecture
from underdog.models.open_model import OpenModel, naming
from underdog.models.tensor_source import TensorSource
from underdog.models.tokenizer.vocabulary import VOCABULARY_FILE, Vocabulary

TILE = 64
"""Tokens of the vocabulary per tile; the padded vocabulary is a multiple of it."""

_LAYOUT = 6
_ALIGNMENT_BYTES = 64
_MAX_INDEX_BYTES = 1 << 26
_INDEX, _BLOB = "index.json", "weights.bin"
_MATRICES = ("qkv", "out", "gate", "up", "down")


@dataclass(frozen=True, slots=True)
class Weights:
    """Named arrays, mapped from disk.

    Attributes:
        architecture: Sizes and traits that the graph is built from.
        arrays: `embedding`, `head`, `norm`, and per layer `0.qkv`, `0.qkv.bias`, `0.out`,
            `0.gate`, `0.up`, `0.down`, `0.attention_norm`, `0.mlp_norm`, and where the model has
            them `0.query_norm`, `0.key_norm`, `0.attention_post_norm`, `0.mlp_post_norm`; scales
            and zero points of a matrix have its name and `.scale` or `.zero`.
        folder: Folder of the converted model.
        blob: The mapped file that the arrays are parts of.
    """

    architecture: Architecture
    arrays: Mapping[str, Array]
    folder: Path
    blob: "np.memmap[Any, np.dtype[np.uint8]]"

    @property
    def vocabulary(self) -> Vocabulary:
        """The model's tokenizer."""
        return Vocabulary.load(self.folder / VOCABULARY_FILE)

    def unload(self) -> None:
        """Release the memory of the mapped file; pages that are read again are mapped again."""
        mapping: mmap.mmap | None = getattr(self.blob, "_mmap", None)
        if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapping.madvise(mmap.MADV_DONTNEED)


def converted(model: OpenModel, precision: Precision) -> Weights:
    """The converted model, from the cache or converted now.

    Args:
        model: The opened model.
        precision: Storage format of its matrices.

    Raises:
        ModelFileError: A tensor is missing, of another shape, or of an unknown quantisation.
        EngineError: The cache cannot be written.
    """
    folder = _folder(model, precision)
    if not (folder / _INDEX).is_file():
        with naming(model.path):
            _publish(folder, lambda part: _convert(model, precision, part))
    return _load(folder, model.architecture)


def is_converted(model: OpenModel, precision: Precision) -> bool:
    """Whether the cache holds the converted model."""
    return (_folder(model, precision) / _INDEX).is_file()


def discard(model: OpenModel, precision: Precision) -> None:
    """Remove the converted model from the cache, for weights that will not be opened again."""
    shutil.rmtree(_folder(model, precision), ignore_errors=True)


def _folder(model: OpenModel, precision: Precision) -> Path:
    return cache_folder() / "openvino" / f"{model.digest[:24]}-{precision}-v{_LAYOUT}"


def _load(folder: Path, architecture: Architecture) -> Weights:
    try:
        index = json.loads(read_bounded(folder / _INDEX, _MAX_INDEX_BYTES))
        blob = np.memmap(folder / _BLOB, dtype=np.uint8, mode="c")
        arrays = {
            name: blob[start : start + size].view(kind).reshape(shape)
            for name, (kind, shape, start, size) in index.items()
        }
    except (OSError, ValueError) as error:
        raise ModelFileError(f"the converted model {folder} is damaged; delete it") from error
    return Weights(architecture, arrays, folder, blob)


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
    except MemoryError as error:
        raise EngineError(
            f"there is not enough memory to convert the model into {folder}; free memory or use a "
            "smaller model"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _convert(model: OpenModel, precision: Precision, part: Path) -> None:
    source, vocabulary = model.open_tensors(), model.open_vocabulary()
    vocabulary.save(part / VOCABULARY_FILE)
    index: dict[str, tuple[str, tuple[int, ...], int, int]] = {}
    with (part / _BLOB).open("wb") as blob:
        for name, array in _arrays(source, model.architecture, precision):
            if name == "embedding" and len(array) < vocabulary.num_tokens:
                raise ModelFileError(
                    f"{model.path} has {len(array)} embeddings for {vocabulary.num_tokens} tokens; "
                    "download it again or use another"
                )
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
    source: TensorSource, architecture: Architecture, precision: Precision
) -> Iterator[tuple[str, Array]]:
    hidden = architecture.hidden_size
    embedding = source.tensor("token_embd.weight", 0, hidden)
    yield "embedding", plain(embedding, precision)
    yield "norm", source.tensor("output_norm.weight", hidden)
    untied = "output.weight" in source
    head = source.tensor("output.weight", *embedding.shape) if untied else embedding
    head = np.pad(head, ((0, -len(head) % TILE), (0, 0)))
    yield from packed("head", head, "int8" if precision == "int4" else precision)
    del embedding, head
    for layer in range(architecture.num_layers):
        for name, array in _layer(source, architecture, f"blk.{layer}."):
            if name in _MATRICES:
                yield from packed(f"{layer}.{name}", array, precision)
            else:
                yield f"{layer}.{name}", array


def _layer(
    source: TensorSource, architecture: Architecture, at: str
) -> Iterator[tuple[str, Array]]:
    hidden, queries, keys = architecture.hidden_size, architecture.query_size, architecture.kv_size
    yield from _norms(source, architecture, at)
    widths = {"attn_q": queries, "attn_k": keys, "attn_v": keys}
    parts = [source.tensor(f"{at}{part}.weight", width, hidden) for part, width in widths.items()]
    yield "qkv", np.concatenate(_in_halves(parts, architecture))
    if f"{at}attn_q.bias" in source:
        parts = [source.tensor(f"{at}{part}.bias", width) for part, width in widths.items()]
        yield "qkv.bias", np.concatenate(_in_halves(parts, architecture))
    yield "out", source.tensor(f"{at}attn_output.weight", hidden, queries)
    gate = source.tensor(f"{at}ffn_gate.weight", 0, hidden)
    yield "gate", gate
    yield "up", source.tensor(f"{at}ffn_up.weight", *gate.shape)
    yield "down", source.tensor(f"{at}ffn_down.weight", hidden, len(gate))
    if f"{at}attn_output.bias" in source:
        yield "out.bias", source.tensor(f"{at}attn_output.bias", hidden)
    if f"{at}ffn_gate.bias" in source:
        for part in ("gate", "up"):
            yield f"{part}.bias", source.tensor(f"{at}ffn_{part}.bias", len(gate))
    if f"{at}ffn_down.bias" in source:
        yield "down.bias", source.tensor(f"{at}ffn_down.bias", hidden)


def _norms(
    source: TensorSource, architecture: Architecture, at: str
) -> Iterator[tuple[str, Array]]:
    hidden, head = architecture.hidden_size, architecture.head_size
    yield "attention_norm", source.tensor(f"{at}attn_norm.weight", hidden)
    yield "mlp_norm", source.tensor(f"{at}ffn_norm.weight", hidden)
    if architecture.post_norms:
        yield "attention_post_norm", source.tensor(f"{at}post_attention_norm.weight", hidden)
        yield "mlp_post_norm", source.tensor(f"{at}post_ffw_norm.weight", hidden)
    if architecture.qk_norm:
        yield "query_norm", source.tensor(f"{at}attn_q_norm.weight", head)
        yield "key_norm", source.tensor(f"{at}attn_k_norm.weight", head)


def _in_halves(parts: list[Array], architecture: Architecture) -> list[Array]:
    """Query, key and value matrices; rotary pairs of the first two in halves (i, i + size/2)."""
    if not architecture.interleaved:
        return parts
    query, key, value = parts
    pairs = architecture.head_size // 2

    def halves(rows: Array) -> Array:
        return rows.reshape(-1, pairs, 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)

    return [halves(query), halves(key), value]
