"""A whole model of a few kilobytes as a GGUF file and as a folder, and ways in which it is broken.

Every model here has a sound header; what is wrong is found when it is opened. Broken headers of
GGUF files are in `gguf_files`.
"""

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.models.gguf.gguf_files import entry, strings, tensor, text
from tests.models.lora_files import safetensors

HIDDEN, HEADS, KV_HEADS, MLP = 32, 2, 1, 32
Metadata = dict[str, bytes]
Tensors = dict[str, np.ndarray]


def letters() -> list[str]:
    """The letters that stand for bytes in a byte-level vocabulary."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = iter(range(256, 512))
    return [chr(byte if byte in shown else next(hidden)) for byte in range(256)]


TOKENS = ["<end>", *letters(), "ab", "abc"]
MERGES = ["a b", "ab c"]


def whole(number: int, layout: str = "<I", kind: int = 4) -> bytes:
    return struct.pack("<I", kind) + struct.pack(layout, number)


def real(number: float) -> bytes:
    return struct.pack("<If", 6, number)


def word(value: str | bytes) -> bytes:
    return struct.pack("<I", 8) + text(value)


def array(values: bytes) -> bytes:
    return struct.pack("<I", 9) + values


def metadata() -> Metadata:
    """Kind and value of every entry."""
    return {
        "general.architecture": word("llama"),
        "llama.context_length": whole(64),
        "llama.embedding_length": whole(HIDDEN),
        "llama.block_count": whole(1),
        "llama.feed_forward_length": whole(MLP),
        "llama.attention.head_count": whole(HEADS),
        "llama.attention.head_count_kv": whole(KV_HEADS),
        "llama.rope.freq_base": real(10000.0),
        "llama.attention.layer_norm_rms_epsilon": real(1e-5),
        "tokenizer.ggml.model": word("gpt2"),
        "tokenizer.ggml.pre": word("gpt-2"),
        "tokenizer.ggml.tokens": array(strings(*TOKENS)),
        "tokenizer.ggml.token_type": kinds([3] + [1] * (len(TOKENS) - 1)),
        "tokenizer.ggml.merges": array(strings(*MERGES)),
        "tokenizer.ggml.eos_token_id": whole(0),
    }


def kinds(values: list[int]) -> bytes:
    return array(struct.pack(f"<IQ{len(values)}i", 5, len(values), *values))


def tensors() -> Tensors:
    """Every tensor, by GGUF's names."""
    random = np.random.default_rng(0)

    def matrix(*shape: int) -> np.ndarray:
        return (random.normal(size=shape) * 0.2).astype(np.float32)

    keys = HIDDEN * KV_HEADS // HEADS
    return {
        "token_embd.weight": matrix(len(TOKENS), HIDDEN),
        "output_norm.weight": matrix(HIDDEN),
        "blk.0.attn_norm.weight": matrix(HIDDEN),
        "blk.0.ffn_norm.weight": matrix(HIDDEN),
        "blk.0.attn_q.weight": matrix(HIDDEN, HIDDEN),
        "blk.0.attn_k.weight": matrix(keys, HIDDEN),
        "blk.0.attn_v.weight": matrix(keys, HIDDEN),
        "blk.0.attn_output.weight": matrix(HIDDEN, HIDDEN),
        "blk.0.ffn_gate.weight": matrix(MLP, HIDDEN),
        "blk.0.ffn_up.weight": matrix(MLP, HIDDEN),
        "blk.0.ffn_down.weight": matrix(HIDDEN, MLP),
    }


def gguf_bytes(
    entries: Mapping[str, bytes], arrays: Mapping[str, np.ndarray], kinds_of: Mapping[str, int]
) -> bytes:
    """A GGUF file; a tensor of bytes in a format of blocks has its packed rows."""
    head, places, data = b"", b"", b""
    for key, value in entries.items():
        (kind,) = struct.unpack("<I", value[:4])
        head += entry(key, kind, value[4:])
    for name, values in arrays.items():
        kind = kinds_of.get(name, 0)
        dims = values.shape[::-1]
        if values.dtype == np.uint8:
            dims = (dims[0] // 34 * 32, *dims[1:])
        places += tensor(name, *dims, offset=len(data), kind=kind)
        data += values.tobytes() + bytes(-values.nbytes % 32)
    counts = struct.pack("<IQQ", 3, len(arrays), len(entries))
    start = b"GGUF" + counts + head + places
    return start + bytes(-len(start) % 32) + data


def model_bytes(
    change: Callable[[Metadata, Tensors, dict[str, int]], object] | None = None,
) -> bytes:
    """The model as a GGUF file, after a change."""
    entries, arrays, kinds_of = metadata(), tensors(), dict[str, int]()
    if change is not None:
        change(entries, arrays, kinds_of)
    return gguf_bytes(entries, arrays, kinds_of)


def with_entry(key: str, value: bytes | None) -> bytes:
    """The model with another entry; `None` leaves it out."""

    def change(entries: Metadata, _: Tensors, __: dict[str, int]) -> None:
        entries.pop(key, None)
        if value is not None:
            entries[key] = value

    return model_bytes(change)


def with_tensor(name: str, values: np.ndarray | None, kind: int = 0) -> bytes:
    """The model with another tensor; `None` leaves it out."""

    def change(_: Metadata, arrays: Tensors, kinds_of: dict[str, int]) -> None:
        del arrays[name]
        if values is not None:
            arrays[name] = values
            kinds_of[name] = kind

    return model_bytes(change)


def _packed(rows: int, scale: float) -> np.ndarray:
    """Rows of one Q8_0 block each."""
    block = np.zeros((rows, 34), np.uint8)
    block[:, :2] = np.full(rows, scale, np.float16).view(np.uint8).reshape(-1, 2)
    return block


def _spoilt(name: str, value: float) -> np.ndarray:
    values = tensors()[name]
    values.reshape(-1)[-1] = value
    return values


_LLAMA, _TOKENIZER, _BLOCK = "llama.attention.", "tokenizer.ggml.", "blk.0."
BROKEN_GGUF: dict[str, bytes] = {
    "no heads": with_entry(f"{_LLAMA}head_count", whole(0)),
    "billions of heads": with_entry(f"{_LLAMA}head_count", whole((1 << 32) - 1)),
    "more heads than the width": with_entry(f"{_LLAMA}head_count", whole(64)),
    "heads that do not share keys": with_entry(f"{_LLAMA}head_count_kv", whole(3)),
    "heads of an odd width": with_entry(f"{_LLAMA}head_count", whole(HIDDEN)),
    "heads that are text": with_entry(f"{_LLAMA}head_count", word("two")),
    "heads that are true": with_entry(f"{_LLAMA}head_count", struct.pack("<I?", 7, True)),
    "heads listed in an array": with_entry(f"{_LLAMA}head_count", kinds([2])),
    "a negative number of layers": with_entry("llama.block_count", whole(-1, "<i", 5)),
    "trillions of layers": with_entry("llama.block_count", whole(1 << 40, "<Q", 10)),
    "a million layers": with_entry("llama.block_count", whole(1_000_000)),
    "layers that are not there": with_entry("llama.block_count", whole(4_000)),
    "no number of layers": with_entry("llama.block_count", None),
    "no width": with_entry("llama.embedding_length", None),
    "another width": with_entry("llama.embedding_length", whole(64)),
    "a rotary base that is no number": with_entry("llama.rope.freq_base", real(float("nan"))),
    "a rotary base below zero": with_entry("llama.rope.freq_base", real(-1.0)),
    "an infinite epsilon": with_entry(f"{_LLAMA}layer_norm_rms_epsilon", real(float("inf"))),
    "a part of each head rotated": with_entry("llama.rope.dimension_count", whole(8)),
    "rotary frequencies stretched oddly": with_entry("llama.rope.scaling.type", word("yarn")),
    "experts": with_entry("llama.expert_count", whole(8)),
    "a family that nobody knows": with_entry("general.architecture", word("camel")),
    "a family that is no UTF-8": with_entry("general.architecture", word(b"\xff\xfe")),
    "no tokenizer": with_entry(f"{_TOKENIZER}model", None),
    "a tokenizer of another kind": with_entry(f"{_TOKENIZER}model", word("bert")),
    "words cut in an unknown way": with_entry(f"{_TOKENIZER}pre", word("scissors")),
    "no tokens": with_entry(f"{_TOKENIZER}tokens", None),
    "an empty list of tokens": with_entry(f"{_TOKENIZER}tokens", array(strings())),
    "tokens that are numbers": with_entry(f"{_TOKENIZER}tokens", kinds([1] * len(TOKENS))),
    "fewer tokens than embeddings": with_entry(f"{_TOKENIZER}tokens", array(strings(*TOKENS[:-1]))),
    "more tokens than embeddings": with_entry(
        f"{_TOKENIZER}tokens", array(strings(*TOKENS, "b", "bc"))
    ),
    "a token twice": with_entry(f"{_TOKENIZER}tokens", array(strings(*TOKENS[:-1], "a"))),
    "a token of a thousand letters": with_entry(
        f"{_TOKENIZER}tokens", array(strings(*TOKENS[:-1], "a" * 1000))
    ),
    "fewer scores than pieces": model_bytes(
        lambda entries, _, __: entries.update(
            {f"{_TOKENIZER}model": word("llama"), f"{_TOKENIZER}scores": kinds([1, 2])}
        )
    ),
    "an adapter": with_entry("general.type", word("adapter")),
    "fewer kinds than tokens": with_entry(f"{_TOKENIZER}token_type", kinds([3, 1, 1])),
    "more kinds than tokens": with_entry(f"{_TOKENIZER}token_type", kinds([1] * 999)),
    "millions of kinds": with_entry(
        f"{_TOKENIZER}token_type", array(struct.pack("<IQ", 0, 3 << 20) + bytes(3 << 20))
    ),
    "a merge of unknown tokens": with_entry(f"{_TOKENIZER}merges", array(strings("a b", "x yz"))),
    "a merge without a space": with_entry(f"{_TOKENIZER}merges", array(strings("ab"))),
    "an end beyond the vocabulary": with_entry(f"{_TOKENIZER}eos_token_id", whole(len(TOKENS))),
    "an end that is text": with_entry(f"{_TOKENIZER}eos_token_id", word("</s>")),
    "a negative end": with_entry(f"{_TOKENIZER}eos_token_id", whole(-7, "<i", 5)),
    "no embedding": with_tensor("token_embd.weight", None),
    "no last normalisation": with_tensor("output_norm.weight", None),
    "no queries": with_tensor(f"{_BLOCK}attn_q.weight", None),
    "no way down": with_tensor(f"{_BLOCK}ffn_down.weight", None),
    "an embedding in one dimension": with_tensor("token_embd.weight", np.ones(64, np.float32)),
    "an embedding of another width": with_tensor(
        "token_embd.weight", np.ones((len(TOKENS), 64), np.float32)
    ),
    "queries of another height": with_tensor(
        f"{_BLOCK}attn_q.weight", np.ones((64, HIDDEN), np.float32)
    ),
    "keys as tall as queries": with_tensor(
        f"{_BLOCK}attn_k.weight", np.ones((HIDDEN, HIDDEN), np.float32)
    ),
    "gate and up of two sizes": with_tensor(
        f"{_BLOCK}ffn_up.weight", np.ones((MLP + 1, HIDDEN), np.float32)
    ),
    "a normalisation in two dimensions": with_tensor(
        f"{_BLOCK}attn_norm.weight", np.ones((1, HIDDEN), np.float32)
    ),
    "a weight that is no number": with_tensor(
        f"{_BLOCK}ffn_gate.weight", _spoilt(f"{_BLOCK}ffn_gate.weight", float("nan"))
    ),
    "an infinite weight": with_tensor(
        "token_embd.weight", _spoilt("token_embd.weight", float("-inf"))
    ),
    "a weight beyond half precision": with_tensor(
        "token_embd.weight", _spoilt("token_embd.weight", 1e30)
    ),
    "a scale that is no number": with_tensor(
        f"{_BLOCK}attn_q.weight", _packed(HIDDEN, float("nan")), kind=8
    ),
    "weights in an unknown format": with_tensor(
        f"{_BLOCK}attn_q.weight", np.ones((HIDDEN, HIDDEN), np.float32), kind=99
    ),
    "weights that are whole numbers": with_tensor(
        f"{_BLOCK}attn_q.weight", np.ones((HIDDEN, HIDDEN), np.float32), kind=26
    ),
}
"""Faults by name."""


def truncations() -> dict[str, bytes]:
    """The model cut off in every section of the file."""
    data = model_bytes()
    marks = {
        "the magic": 3,
        "the version": 6,
        "the number of tensors": 13,
        "the number of entries": 20,
        "the first key": 34,
        "the first value": data.index(b"llama") + 2,
        "a number": data.index(b"llama.block_count") + len("llama.block_count") + 6,
        "the tokens": data.index(b"tokenizer.ggml.tokens") + 500,
        "the merges": data.index(b"tokenizer.ggml.merges") + 40,
        "the first tensor's name": data.index(b"token_embd.weight") + 5,
        "a tensor's extents": data.index(b"blk.0.attn_k.weight") + 26,
        "a tensor's place": data.index(b"blk.0.ffn_down.weight") + 41,
        "the padding": data.index(b"blk.0.ffn_down.weight") + 55,
        "the first tensor": len(data) - 40_000,
        "the last tensor": len(data) - 40,
    }
    return {name: data[:place] for name, place in marks.items()}


CONFIG: dict[str, Any] = {
    "model_type": "llama",
    "vocab_size": len(TOKENS),
    "hidden_size": HIDDEN,
    "intermediate_size": MLP,
    "num_hidden_layers": 1,
    "num_attention_heads": HEADS,
    "num_key_value_heads": KV_HEADS,
    "max_position_embeddings": 64,
    "rms_norm_eps": 1e-5,
    "hidden_act": "silu",
    "tie_word_embeddings": True,
    "eos_token_id": 0,
}
_NAMES = {
    "token_embd": "embed_tokens",
    "output_norm": "norm",
    "blk.0.attn_norm": "layers.0.input_layernorm",
    "blk.0.ffn_norm": "layers.0.post_attention_layernorm",
    "blk.0.attn_q": "layers.0.self_attn.q_proj",
    "blk.0.attn_k": "layers.0.self_attn.k_proj",
    "blk.0.attn_v": "layers.0.self_attn.v_proj",
    "blk.0.attn_output": "layers.0.self_attn.o_proj",
    "blk.0.ffn_gate": "layers.0.mlp.gate_proj",
    "blk.0.ffn_up": "layers.0.mlp.up_proj",
    "blk.0.ffn_down": "layers.0.mlp.down_proj",
}


def folder_tensors() -> Tensors:
    """Every tensor, by the names of the transformers library."""
    return {
        f"model.{_NAMES[name.removesuffix('.weight')]}.weight": values
        for name, values in tensors().items()
    }


def tokenizer_json() -> dict[str, Any]:
    """A byte-level tokenizer."""
    return {
        "version": "1.0",
        "added_tokens": [{"id": 0, "content": "<end>", "single_word": False, "lstrip": False,
                          "rstrip": False, "normalized": False, "special": True}],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                          "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                    "use_regex": True},
        "model": {"type": "BPE", "vocab": {name: token for token, name in enumerate(TOKENS)},
                  "merges": MERGES},
    }  # fmt: skip


def write_model_folder(folder: Path, changes: Mapping[str, bytes | None]) -> Path:
    """The model as a folder; `changes` are files to replace or, with `None`, to leave out."""
    files: dict[str, bytes | None] = {
        "config.json": json.dumps(CONFIG).encode(),
        "tokenizer.json": json.dumps(tokenizer_json()).encode(),
        "model.safetensors": safetensors(folder_tensors()),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in (files | dict(changes)).items():
        if data is not None:
            (folder / name).write_bytes(data)
    return folder


def header(**entries: Any) -> bytes:
    """A safetensors file of the given header and sixteen bytes of values."""
    return raw_header(json.dumps(entries).encode()) + bytes(16)


def raw_header(data: bytes) -> bytes:
    return struct.pack("<Q", len(data)) + data


def place(kind: Any = "F32", shape: Any = (2, 2), span: Any = (0, 16)) -> dict[str, Any]:
    return {"dtype": kind, "shape": shape, "data_offsets": span}


_SOUND = safetensors({"a": np.ones((2, 2), np.float32)})
BROKEN_SAFETENSORS: dict[str, bytes] = {
    "empty": b"",
    "shorter than a length": b"\x08\x00\x00",
    "a header of 2^60 bytes": struct.pack("<Q", 1 << 60) + b"{}",
    "a header of 2^64 - 1 bytes": b"\xff" * 8 + b"{}",
    "a header longer than the file": struct.pack("<Q", 999) + b"{}",
    "a header of no bytes": bytes(8),
    "a header of many megabytes": raw_header(b" " * (5 << 20)),
    "a pickle": b"\x80\x04\x95" + bytes(64),
    "a GGUF file": b"GGUF" + bytes(64),
    "a header that is no JSON": raw_header(b"{nonsense"),
    "a header that is no UTF-8": raw_header(b'{"\xff\xfe": 1}'),
    "a header that is a list": raw_header(b"[]"),
    "a header nested without end": raw_header(b"[" * 200_000),
    "objects nested without end": raw_header(b'{"a":' * 200_000),
    "a number of a million digits": raw_header(b'{"a": ' + b"9" * 1_000_000 + b"}"),
    "a name twice": raw_header(
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},'
        b' "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}'
    ) + bytes(16),
    "a tensor that is a number": header(a=1),
    "a tensor that is a list": header(a=[1, 2]),
    "a tensor without a type": header(a={"shape": [1], "data_offsets": [0, 4]}),
    "a type that is a number": header(a=place(kind=7)),
    "a shape that is a number": header(a=place(shape=4)),
    "a negative extent": header(a=place(shape=[-2, -2])),
    "a broken extent": header(a=place(shape=[2.0, 2.0])),
    "an extent that is true": header(a=place(shape=[True, 4])),
    "an extent of zero": header(a=place(shape=[0, 4], span=[0, 0])),
    "extents that overflow": header(a=place(shape=[1 << 40, 1 << 40])),
    "extents beyond counting": header(a=place(shape=[2] * 64)),
    "offsets the wrong way round": header(a=place(span=[16, 0])),
    "offsets below zero": header(a=place(span=[-16, 0])),
    "offsets beyond the file": header(a=place(span=[16, 32])),
    "offsets of 2^63": header(a=place(span=[1 << 63, (1 << 63) + 16])),
    "three offsets": header(a=place(span=[0, 8, 16])),
    "a size that is not that of the shape": header(a=place(shape=[2, 3])),
    "overlapping tensors": header(
        a=place(shape=[2], span=[0, 8]), b=place(shape=[2], span=[4, 12])
    ),
    "cut inside the header": _SOUND[:20],
    "cut inside the values": _SOUND[:-4],
}  # fmt: skip
"""Faults by name."""


def _config(**changes: Any) -> dict[str, bytes | None]:
    given = {name: value for name, value in (CONFIG | changes).items() if value is not None}
    return {"config.json": json.dumps(given).encode()}


def _tensors(**changes: np.ndarray | None) -> dict[str, bytes | None]:
    found: dict[str, Any] = folder_tensors()
    for name, values in changes.items():
        found["model.layers.0." + name.replace("__", ".") + ".weight"] = values
    sound = {name: values for name, values in found.items() if values is not None}
    return {"model.safetensors": safetensors(sound)}


def _tokenizer(**changes: Any) -> dict[str, bytes | None]:
    return {"tokenizer.json": json.dumps(tokenizer_json() | changes).encode()}


_INDEX = "model.safetensors.index.json"
BROKEN_FOLDERS: dict[str, dict[str, bytes | None]] = {
    "no config.json": {"config.json": None},
    "a config.json that is none": {"config.json": b"{"},
    "a config.json that is a list": {"config.json": b"[]"},
    "a config.json nested without end": {"config.json": b"[" * 200_000},
    "a config.json of many megabytes": {"config.json": b" " * (5 << 20)},
    "a family that nobody knows": _config(model_type="camel"),
    "no family": _config(model_type=None),
    "no heads in config.json": _config(num_attention_heads=0),
    "a million million heads": _config(num_attention_heads=10**12),
    "heads that are a list": _config(num_attention_heads=[2]),
    "layers that are not there": _config(num_hidden_layers=4_000),
    "a negative number of layers": _config(num_hidden_layers=-1),
    "another width": _config(hidden_size=48),
    "an epsilon of text": _config(rms_norm_eps="small"),
    "a rotary base below zero": _config(rope_theta=-5.0),
    "no tokenizer.json": {"tokenizer.json": None},
    "a tokenizer.json that is none": {"tokenizer.json": b"{"},
    "a tokenizer.json nested without end": {"tokenizer.json": b"[" * 200_000},
    "a tokenizer of no model": _tokenizer(model=None),
    "a tokenizer of an unknown model": _tokenizer(model={"type": "Magic", "vocab": {}}),
    "a merge of unknown tokens": _tokenizer(
        model={"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["x y"]}
    ),
    "no weights": {"model.safetensors": None},
    "pickled weights only": {"model.safetensors": None, "pytorch_model.bin": b"\x80\x04\x95"},
    "an index that leaves the folder": {
        _INDEX: json.dumps({"weight_map": {"a": "../model.safetensors"}}).encode()
    },
    "an index of an absent file": {
        _INDEX: json.dumps({"weight_map": {"a": "other.safetensors"}}).encode()
    },
    "an index of nothing": {_INDEX: b'{"weight_map": 7}'},
    "no queries": _tensors(self_attn__q_proj=None),
    "queries of another height": _tensors(self_attn__q_proj=np.ones((64, 32), np.float32)),
    "a normalisation in two dimensions": _tensors(input_layernorm=np.ones((1, 32), np.float32)),
    "a weight that is no number": _tensors(mlp__up_proj=np.full((MLP, HIDDEN), np.nan, np.float16)),
}
"""Faults by name: the files that differ."""
