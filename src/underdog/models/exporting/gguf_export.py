"""A model as a GGUF file, by the official writer and its quantisers (the `gguf` package).

Whatever the model was read from, what is written is the form that llama.cpp's own converter writes:
Mistral models as `llama`, query and key rows in interleaved rotary pairs where the family has them
so, vectors in float32. Matrices are stored in the type asked for; in Q4_0 files embedding and head
are Q8_0, which costs little and saves most of the loss. A matrix whose rows are no whole number of
blocks is stored as F16. One tensor is in memory at a time.
"""

import importlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.errors import MissingExtraError, ModelFileError, UnderdogError
from underdog.files import write_atomic
from underdog.models.architecture import Architecture
from underdog.models.exporting.gguf_entries import (
    add_origin,
    add_sizes,
    add_tokenizer,
    linear_factor,
)
from underdog.models.exporting.origin import Origin
from underdog.models.exporting.token_list import token_list
from underdog.models.families import family_of
from underdog.models.gguf.shape import ROPE_DIVISORS
from underdog.models.open_model import OpenModel
from underdog.models.tensor_source import TensorSource

GGUF_TYPES = ("f32", "f16", "bf16", "q8_0", "q4_0")
"""Types of the matrices of an exported GGUF file."""

_FAMILIES = {"llama": "llama", "mistral": "llama", "qwen2": "qwen2", "qwen3": "qwen3"}
_EMBEDDING, _HEAD = "token_embd", "output"
_PARTS = (
    "attn_norm", "attn_q", "attn_k", "attn_v", "attn_q_norm", "attn_k_norm", "attn_output",
    "ffn_norm", "ffn_gate", "ffn_up", "ffn_down",
)  # fmt: skip
_ROTATED = ("attn_q", "attn_k")
_QK_NORMS = ("attn_q_norm", "attn_k_norm")
_BLOCK = 32


@dataclass(frozen=True, slots=True)
class _Planned:
    """A tensor to be written: its name, its part of the model, and the type it is stored in."""

    name: str
    part: str
    shape: tuple[int, ...]
    kind: Any
    size_bytes: int


def write_gguf(model: OpenModel, out: Path, kind: str = "q8_0", origin: Origin = Origin()) -> None:
    """Write a model as a GGUF file, which llama.cpp and all that is built on it open.

    Args:
        model: The model, with an adapter merged in where it has one.
        out: The file, replaced when it exists.
        kind: Type of the matrices, one of `GGUF_TYPES`.
        origin: What is known of the model's name, licence, base and source.

    Raises:
        ModelFileError: GGUF files have no place for the model or its tokenizer.
        MissingExtraError: The `gguf` package is not installed.
        UnderdogError: The disk is full or the file cannot be written; none is left half-written.
    """
    library = _library()
    shape = model.architecture
    _check(model)
    source, vocabulary = model.open_tensors(), model.open_vocabulary()
    planned = _plan(library, source, shape, kind)
    sizes = {tensor.name: tensor.shape for tensor in planned}
    num_rows = sizes[f"{_EMBEDDING}.weight"][0]
    tokens = token_list(vocabulary, num_rows)
    writer = library.GGUFWriter(None, _FAMILIES[shape.family])
    add_origin(writer, origin)
    add_sizes(writer, shape, model.context_tokens, sizes["blk.0.ffn_gate.weight"][0], num_rows)
    add_tokenizer(writer, tokens, vocabulary, model.template)
    writer.add_quantization_version(library.GGML_QUANT_VERSION)
    writer.add_file_type(library.LlamaFileType[_file_type(kind)])
    for tensor in planned:
        writer.add_tensor_info(
            tensor.name, tensor.shape, np.dtype(np.float32), tensor.size_bytes, tensor.kind
        )
    _check_room(out, sum(tensor.size_bytes for tensor in planned))

    def write(file: Any) -> None:
        try:
            writer.write_header_to_file(Path(file.name))
            writer.write_kv_data_to_file()
            writer.write_ti_data_to_file()
            for tensor in planned:
                values = _values(source, shape, tensor)
                writer.write_tensor_data(library.quants.quantize(values, tensor.kind))
        finally:
            writer.close()

    write_atomic(out, write)


def _check(model: OpenModel) -> None:
    shape = model.architecture
    plain = all(layer.rope is not None for layer in shape.layers)
    windows = [layer.window for layer in shape.layers if layer.window]
    if shape.family not in _FAMILIES or not plain or len(shape.ropes) != 1:
        raise ModelFileError(
            f"{model.path}: models that can be written as GGUF files are {', '.join(_FAMILIES)} "
            f"with one rotary base, not this {shape.family} model"
        )
    if windows and min(windows) < model.context_tokens:
        raise ModelFileError(
            f"{model.path}: its layers see a window of {min(windows)} tokens, which llama.cpp "
            f"does not compute for {shape.family} models; keep the model as a folder"
        )
    [rope] = shape.ropes
    if rope.divisors and not linear_factor(rope) and _FAMILIES[shape.family] != "llama":
        raise ModelFileError(
            f"{model.path}: llama.cpp reads uneven rotary scaling for llama models only, not for "
            f"{shape.family}; keep the model as a folder"
        )


def _plan(library: Any, source: TensorSource, shape: Architecture, kind: str) -> list[_Planned]:
    """All tensors in the order of the file."""
    width = shape.hidden_size
    num_rows = len(source.tensor(f"{_EMBEDDING}.weight", 0, width))
    mlp = len(source.tensor("blk.0.ffn_gate.weight", 0, width))
    extents = _extents(shape, num_rows, mlp)
    planned = [
        _planned(library, name, part, extents[part][: 1 if name.endswith(".bias") else 2], kind)
        for name, part in _names(source, shape)
    ]
    [rope] = shape.ropes
    if rope.divisors and not linear_factor(rope):
        planned.append(_planned(library, ROPE_DIVISORS, "", (len(rope.divisors),), kind))
    return planned


def _extents(shape: Architecture, num_rows: int, mlp: int) -> dict[str, tuple[int, ...]]:
    """Shape of the weight of every part, slowest axis first."""
    width, queries, keys = shape.hidden_size, shape.query_size, shape.kv_size
    return {
        _EMBEDDING: (num_rows, width), _HEAD: (num_rows, width), "output_norm": (width,),
        "attn_norm": (width,), "attn_q": (queries, width), "attn_k": (keys, width),
        "attn_v": (keys, width), "attn_q_norm": (shape.head_size,),
        "attn_k_norm": (shape.head_size,), "attn_output": (width, queries), "ffn_norm": (width,),
        "ffn_gate": (mlp, width), "ffn_up": (mlp, width), "ffn_down": (width, mlp),
    }  # fmt: skip


def _names(source: TensorSource, shape: Architecture) -> Iterator[tuple[str, str]]:
    """Name and part of every tensor; a weight that the model needs and lacks is noticed later."""
    parts = [(part, part) for part in (_EMBEDDING, "output_norm", _HEAD)]
    parts += [(f"blk.{layer}.{part}", part) for layer in range(shape.num_layers) for part in _PARTS]
    for place, part in parts:
        optional = part == _HEAD or (part in _QK_NORMS and not shape.qk_norm)
        if not optional or f"{place}.weight" in source:
            yield f"{place}.weight", part
        if f"{place}.bias" in source:
            yield f"{place}.bias", part


def _planned(library: Any, name: str, part: str, shape: tuple[int, ...], kind: str) -> _Planned:
    types = library.GGMLQuantizationType
    whole = shape[-1] % _BLOCK == 0
    if len(shape) == 1 or kind == "f32":
        stored = types.F32
    elif kind in ("f16", "bf16") or not whole:
        stored = types.BF16 if kind == "bf16" else types.F16
    else:
        stored = types.Q4_0 if kind == "q4_0" and part not in (_EMBEDDING, _HEAD) else types.Q8_0
    block, size_bytes = library.GGML_QUANT_SIZES[stored]
    count = int(np.prod(shape))
    return _Planned(name, part, shape, stored, count // block * size_bytes)


def _values(source: TensorSource, shape: Architecture, tensor: _Planned) -> NDArray[np.float32]:
    """A tensor's values as the file keeps them: rotary pairs of `llama` files are interleaved."""
    if tensor.name == ROPE_DIVISORS:
        return np.array(shape.ropes[0].divisors, np.float32)
    values = source.tensor(tensor.name, *tensor.shape)
    kept = family_of(_FAMILIES[shape.family]).interleaved
    if tensor.part in _ROTATED and kept != shape.interleaved:
        pairs = shape.head_size // 2
        inner = (2, pairs) if kept else (pairs, 2)
        values = values.reshape(-1, *inner, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)
    return np.ascontiguousarray(values, np.float32)


def _file_type(kind: str) -> str:
    return "ALL_F32" if kind == "f32" else f"MOSTLY_{kind.upper()}"


def _check_room(out: Path, size_bytes: int) -> None:
    """Refuse before any work what does not fit. Raises `UnderdogError`."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(out.parent).free
    except OSError as error:
        raise UnderdogError(f"cannot write {out}: {error.strerror}; choose another") from error
    if size_bytes > free:
        raise UnderdogError(
            f"cannot write {out}: it takes {size_bytes / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB "
            "are free; free space or choose another folder"
        )


def _library() -> Any:
    try:
        return importlib.import_module("gguf")
    except ImportError as error:
        raise MissingExtraError("gguf", "gguf") from error
