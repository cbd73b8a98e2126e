"""A model on disk as a model of the transformers library in float32, and back as a folder.

Both kinds of model files are read through `models.open_model`: the weights are those that the
engines read, under the names of the transformers library, with rotary pairs in halves. What comes
out is a folder that transformers and this package's engines open alike.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.errors import MissingExtraError, ModelFileError, UnderdogError
from underdog.files import write_atomic
from underdog.models.architecture import Architecture
from underdog.models.chat.template_source import template_source
from underdog.models.loading import open_model
from underdog.models.open_model import OpenModel
from underdog.models.tensor_source import TensorSource, check_shape
from underdog.training.torch_models.tensor_file import write_tensors

_LONGEST = 1 << 24
_TYPES = {"llama": "llama", "mistral": "mistral", "qwen2": "qwen2", "qwen3": "qwen3"}
_PARTS = {
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}  # fmt: skip
_OUTER = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


@dataclass(frozen=True, slots=True)
class TorchModel:
    """A model that can be trained, with the files it came from.

    Attributes:
        model: A causal language model of the transformers library, in float32.
        opened: The model on disk: tokenizer, chat template, context length, digest.
    """

    model: Any
    opened: OpenModel


def open_torch_model(path: str | Path, template: str = "") -> TorchModel:
    """Open a GGUF file, a model folder, or a model pulled by name, for training.

    Args:
        path: The model.
        template: Built-in chat template to train with and to write out; empty for the model's own.

    Raises:
        ModelFileError: The model is missing, malformed, or of a family that cannot be trained here.
        UnknownNameError: No such built-in template.
        MissingExtraError: PyTorch or transformers is not installed.
    """
    return torch_model(open_model(path, template, context_tokens=_LONGEST))


def torch_model(opened: OpenModel) -> TorchModel:
    """An opened model, its adapter merged in where it has one, for training. Raises as above."""
    torch, _ = _libraries()
    state = {name: torch.from_numpy(values) for name, values in _weights(opened)}
    return TorchModel(build_model(_settings(opened), state, opened.path), opened)


def build_model(settings: Mapping[str, Any], state: Mapping[str, Any], place: object) -> Any:
    """A model of the transformers library in float32, ready to be trained.

    Args:
        settings: The entries of its `config.json`.
        state: All its weights by name; a head that is the embedding may be left out.
        place: Where the weights come from, for messages.

    Raises:
        ModelFileError: The weights do not fit the settings.
        MissingExtraError: PyTorch or transformers is not installed.
    """
    _, transformers = _libraries()
    model = _empty(settings)
    config = model.config
    model.to_empty(device="cpu")
    missing, unexpected = model.load_state_dict(state, strict=False)
    lost = [name for name in missing if name != "lm_head.weight" or not config.tie_word_embeddings]
    if lost or unexpected:
        raise ModelFileError(f"{place}: weights do not fit the model: {(lost + unexpected)[:3]}")
    model.tie_weights()
    _fill_buffers(model, config, transformers)
    from underdog.training.torch_models.rms_norm import with_few_passes

    with_few_passes(model)
    return model.float().train()


class TorchTensors:
    """The weights of a model of the transformers library under GGUF's names (a `TensorSource`).

    Args:
        model: The model, whose rotary pairs are in halves.
    """

    def __init__(self, model: Any) -> None:
        self._state: Mapping[str, Any] = model.state_dict()
        self._tied = bool(model.config.tie_word_embeddings)

    def __contains__(self, name: str) -> bool:
        return self._theirs(name) in self._state

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """A tensor's values as float32. Raises `ModelFileError` when it is missing."""
        found = self._state.get(self._theirs(name))
        if found is None:
            raise ModelFileError(f"the model has no tensor {name}")
        check_shape(Path("model"), name, tuple(found.shape), shape)
        return found.detach().float().cpu().numpy()

    def _theirs(self, name: str) -> str:
        plain, _, kind = name.rpartition(".")
        if plain in _OUTER:
            return "" if plain == "output" and self._tied else f"{_OUTER[plain]}.{kind}"
        _, layer, part = plain.split(".", 2) if plain.startswith("blk.") else ("", "", "")
        return f"model.layers.{layer}.{_PARTS[part]}.{kind}" if part in _PARTS else ""


def open_shape(path: str | Path, template: str = "") -> TorchModel:
    """The model without its weights (on the `meta` device), for counting; see `open_torch_model`.

    Raises:
        ModelFileError: The model is missing, malformed, or of a family that cannot be trained here.
        MissingExtraError: PyTorch or transformers is not installed.
    """
    opened = open_model(path, template, context_tokens=_LONGEST)
    return TorchModel(_empty(_settings(opened)), opened)


def _empty(settings: Mapping[str, Any]) -> Any:
    torch, transformers = _libraries()
    config = transformers.AutoConfig.for_model(**settings)
    config.dtype = torch.float32
    with torch.device("meta"):
        return transformers.AutoModelForCausalLM.from_config(config)


def _fill_buffers(model: Any, config: Any, transformers: Any) -> None:
    """Rotary frequencies are not weights, and a model made without storage lacks them."""
    made = transformers.AutoModelForCausalLM.from_config(_shallow(config))
    model.model.rotary_emb = made.model.rotary_emb


def _shallow(config: Any) -> Any:
    small = config.__class__.from_dict(config.to_dict())
    small.num_hidden_layers = 1
    if getattr(small, "layer_types", None):
        small.layer_types = small.layer_types[:1]
    small.vocab_size = 8
    small.intermediate_size = 8
    small.pad_token_id = None
    return small


def _settings(opened: OpenModel) -> dict[str, Any]:
    """The entries of a `config.json` for this model."""
    shape, path = opened.architecture, opened.path
    family = shape.family
    plain = all(layer.rope is not None and not layer.window for layer in shape.layers)
    if family not in _TYPES or not plain or len(shape.ropes) != 1:
        raise ModelFileError(
            f"{path}: models that can be trained are {', '.join(_TYPES)} with one rotary base and "
            f"full attention, not this {family} model"
        )
    [rope] = shape.ropes
    if rope.divisors:
        raise ModelFileError(
            f"{path}: a model with scaled rotary frequencies cannot be trained yet"
        )
    source = opened.open_tensors()
    vocabulary = opened.open_vocabulary()
    return {
        "model_type": _TYPES[family],
        "vocab_size": len(source.tensor("token_embd.weight", 0, shape.hidden_size)),
        "hidden_size": shape.hidden_size,
        "intermediate_size": len(source.tensor("blk.0.ffn_gate.weight", 0, shape.hidden_size)),
        "num_hidden_layers": shape.num_layers,
        "num_attention_heads": shape.num_heads,
        "num_key_value_heads": shape.num_kv_heads,
        "head_dim": shape.head_size,
        "rms_norm_eps": shape.norm_epsilon,
        "max_position_embeddings": opened.context_tokens,
        "rope_parameters": {"rope_type": "default", "rope_theta": rope.base},
        "rope_theta": rope.base,
        "tie_word_embeddings": "output.weight" not in source,
        "hidden_act": "silu",
        "attention_bias": "blk.0.attn_q.bias" in source,
        "mlp_bias": "blk.0.ffn_gate.bias" in source,
        "bos_token_id": vocabulary.bos,
        "eos_token_id": list(vocabulary.ends),
        "sliding_window": None,
        "use_sliding_window": False,
    }


def _weights(opened: OpenModel) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """All weights under the names of the transformers library."""
    shape, source = opened.architecture, opened.open_tensors()
    yield "model.embed_tokens.weight", source.tensor("token_embd.weight", 0, shape.hidden_size)
    yield "model.norm.weight", source.tensor("output_norm.weight", shape.hidden_size)
    if "output.weight" in source:
        yield "lm_head.weight", source.tensor("output.weight", 0, shape.hidden_size)
    for layer in range(shape.num_layers):
        for part, theirs in _PARTS.items():
            for kind in ("weight", "bias"):
                name = f"blk.{layer}.{part}.{kind}"
                if name in source:
                    values = _tensor(source, name, shape, part)
                    yield f"model.layers.{layer}.{theirs}.{kind}", values


def _tensor(source: TensorSource, name: str, shape: Architecture, part: str) -> NDArray[np.float32]:
    vector = name.endswith(".bias") or part.endswith("norm")
    values = source.tensor(name, 0) if vector else source.tensor(name, 0, 0)
    if shape.interleaved and part in ("attn_q", "attn_k"):
        rows = values.reshape(-1, shape.head_size // 2, 2, *values.shape[1:])
        values = rows.swapaxes(1, 2).reshape(values.shape)
    return np.ascontiguousarray(values, dtype=np.float32)


def write_model_folder(
    folder: Path, model: Any, opened: OpenModel, dtype: str = "bfloat16"
) -> None:
    """Write a model as a folder: `config.json`, safetensors, tokenizer, chat template.

    Args:
        folder: The folder, created when missing; its files of these names are replaced.
        model: A causal language model of the transformers library, without adapters.
        opened: Where tokenizer and template come from.
        dtype: Type of the stored weights: `float32`, `bfloat16` or `float16`.

    Raises:
        UnderdogError: The disk is full or the folder cannot be written.
    """
    torch, _ = _libraries()
    folder.mkdir(parents=True, exist_ok=True)
    kind = getattr(torch, dtype)
    tied = bool(model.config.tie_word_embeddings)
    state = {
        name: value.detach().to(kind).contiguous()
        for name, value in model.state_dict().items()
        if not (tied and name == "lm_head.weight")
    }
    path = folder / "model.safetensors"
    try:
        write_tensors(path, state)
    except OSError as error:
        raise UnderdogError(
            f"cannot write {path}: {error.strerror or error}; free space or choose another folder"
        ) from error
    config = json.loads(model.config.to_json_string(use_diff=False))
    config |= {"dtype": dtype, "architectures": [type(model).__name__]}
    vocabulary = opened.open_vocabulary()
    _write_json(folder / "config.json", config)
    _write_json(
        folder / "generation_config.json",
        {"bos_token_id": vocabulary.bos, "eos_token_id": list(vocabulary.ends)},
    )
    write_tokenizer(folder, opened)


def write_tokenizer(folder: Path, opened: OpenModel) -> None:
    """Write `tokenizer.json` and `tokenizer_config.json`, with the digit cut of the original."""
    vocabulary = opened.open_vocabulary()
    described = json.loads(vocabulary.tokenizer_json)
    if not described.get("decoder") and not vocabulary.spaced:
        described["decoder"] = {
            "type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
            "use_regex": False,
        }  # fmt: skip
    names = {entry["id"]: entry["content"] for entry in described["added_tokens"]}
    told = opened.template.eos_token
    first = names.get(vocabulary.ends[0]) if vocabulary.ends else None
    end = told if told and told in [names.get(token) for token in vocabulary.ends] else first
    bos = None if vocabulary.bos is None else names.get(vocabulary.bos)
    _write_json(folder / "tokenizer.json", described)
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": bos,
            "eos_token": end,
            "pad_token": "<|pad|>" if "<|pad|>" in names.values() else end,
            "add_bos_token": vocabulary.bos is not None,
            "clean_up_tokenization_spaces": False,
            "chat_template": template_source(opened.template),
        },
    )


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_atomic(path, lambda file: file.write(text.encode()))


def _libraries() -> tuple[Any, Any]:
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtraError(str(error.name), "train") from error
    return torch, transformers


def check_writable(folder: Path) -> None:
    """Find out before any compute that a folder can be written. Raises `UnderdogError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnderdogError(f"cannot write {folder}: {error.strerror}; choose another") from error
