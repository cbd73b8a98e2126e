"""Tiny model folders written down as GGUF files, the way llama.cpp's converter does it."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.models.tiny_folders import TinyFolder

ARCHITECTURES = {"mistral": "llama", "gemma3_text": "gemma3"}
INTERLEAVED = ("llama", "smollm3")
_RENAMED = (
    ("model.layers.", "blk."),
    ("model.embed_tokens", "token_embd"),
    ("model.norm", "output_norm"),
    ("lm_head", "output"),
    ("input_layernorm", "attn_norm"),
    ("self_attn.q_norm", "attn_q_norm"),
    ("self_attn.k_norm", "attn_k_norm"),
    ("self_attn.q_proj", "attn_q"),
    ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"),
    ("self_attn.o_proj", "attn_output"),
    ("mlp.gate_proj", "ffn_gate"),
    ("mlp.up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
)
_SANDWICH = (
    ("pre_feedforward_layernorm", "ffn_norm"),
    ("post_attention_layernorm", "post_attention_norm"),
    ("post_feedforward_layernorm", "post_ffw_norm"),
)


def write_folder_gguf(path: Path, folder: TinyFolder, pieces: dict[str, Any] | None = None) -> Path:
    """The folder's model as a GGUF file.

    Args:
        path: Where to write it.
        folder: The model.
        pieces: Entries of a SentencePiece tokenizer instead of the folder's own.
    """
    from gguf import GGUFWriter

    config: Any = folder.model.config
    family: str = ARCHITECTURES.get(config.model_type, config.model_type)
    writer = GGUFWriter(path, family)
    _add_sizes(writer, config)
    _add_rope(writer, config)
    if pieces is None:
        _add_tokenizer(writer, folder.path)
    else:
        _add_pieces(writer, pieces)
    for name, weight in folder.model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        array = weight.numpy().astype(np.float32)
        if family == "gemma3" and name.endswith("norm.weight"):
            array = array + 1
        if family in INTERLEAVED and ("q_proj" in name or "k_proj" in name):
            array = _interleaved(array, _head_size(config))
        writer.add_tensor(_named(name, family), array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_sizes(writer: Any, config: Any) -> None:
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if head_size := getattr(config, "head_dim", None):
        writer.add_key_length(head_size)
        writer.add_value_length(head_size)
    if getattr(config, "query_pre_attn_scalar", None):
        writer.add_attention_scale(config.query_pre_attn_scalar**-0.5)
    if getattr(config, "sliding_window", None):
        writer.add_sliding_window(config.sliding_window)


def _add_rope(writer: Any, config: Any) -> None:
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    rope = config.rope_parameters
    rope = rope.get("full_attention", rope)
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "linear":
        writer.add_rope_scaling_type(_linear())
        writer.add_rope_scaling_factor(rope["factor"])
    if rope["rope_type"] == "llama3":
        stretched, _ = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
        size = _head_size(config)
        plain = rope["rope_theta"] ** (-np.arange(0, size, 2) / size)
        divisors = (plain / stretched.numpy()).astype(np.float32)
        writer.add_tensor("rope_freqs.weight", divisors)


def _head_size(config: Any) -> int:
    return getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads


def _linear() -> Any:
    from gguf import RopeScalingType

    return RopeScalingType.LINEAR


def _add_tokenizer(writer: Any, folder: Path) -> None:
    model = json.loads((folder / "tokenizer.json").read_text())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types([3] + [1] * (len(tokens) - 1))
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_eos_token_id(0)


def _add_pieces(writer: Any, pieces: dict[str, Any]) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_token_list(pieces["tokens"])
    writer.add_token_scores(pieces["scores"])
    writer.add_token_types(pieces["types"])
    writer.add_bos_token_id(pieces["bos"])
    writer.add_eos_token_id(pieces["eos"])
    writer.add_add_space_prefix(pieces["space_prefix"])


def _named(name: str, family: str) -> str:
    plain = (("post_attention_layernorm", "ffn_norm"),)
    for theirs, ours in (*_RENAMED, *(_SANDWICH if family == "gemma3" else plain)):
        name = name.replace(theirs, ours)
    return name


def _interleaved(array: np.ndarray, head_size: int) -> np.ndarray:
    """Rows of each head in the order first, middle, second, middle + 1, …"""
    halves = array.reshape(-1, 2, head_size // 2, *array.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(array.shape))
