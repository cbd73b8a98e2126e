"""A decoder's architecture from a `config.json` as the transformers library writes it.

Published files leave out entries that had the library's default values; those defaults are filled
in. The older and the newer names of rotary settings are both read.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from underdog.errors import ModelFileError
from underdog.files import read_bounded
from underdog.models.architecture import Activation, Architecture, Layer, Rope, checked
from underdog.models.entries import MOST_LAYERS, Entries
from underdog.models.families import ModelFamily, family_of
from underdog.models.ropes import read_rope

_MAX_BYTES = 1 << 22
_FULL, _SLIDING = "full_attention", "sliding_attention"
_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "mistral": {"num_key_value_heads": 8, "sliding_window": 4096},
    "qwen3": {"head_dim": 128},
    "gemma3_text": {
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
        "head_dim": 256,
        "query_pre_attn_scalar": 256,
        "sliding_window": 4096,
        "hidden_activation": "gelu_pytorch_tanh",
    },
}
_ACTIVATIONS: Mapping[str, Activation] = {
    "silu": "silu",
    "swish": "silu",
    "gelu_pytorch_tanh": "gelu_tanh",
}
_UNSUPPORTED = (
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "use_bidirectional_attention",
    "num_local_experts",
)


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The settings of a model folder.

    Attributes:
        architecture: Sizes and traits of the decoder.
        family: Traits that all models of its family share.
        context_tokens: Context length that the model was trained for, in tokens; 0 when not stated.
        tied: Whether the output head is the embedding; `None` when not stated.
        ends: Ids of tokens that end a turn.
    """

    architecture: Architecture
    family: ModelFamily
    context_tokens: int
    tied: bool | None
    ends: tuple[int, ...]


def read_config(folder: Path) -> ModelConfig:
    """The settings in `config.json`, and in `generation_config.json` where there is one.

    Raises:
        ModelFileError: A file is missing or malformed, or the model is not supported.
    """
    whole = read_json(folder / "config.json")
    text = whole.get("text_config")
    config: dict[str, Any] = {**whole, **text} if isinstance(text, dict) else whole
    name = str(config.get("model_type", ""))
    family = family_of(name)
    get = Entries({**_DEFAULTS.get(name, {}), **_stated(config)})
    for entry in _UNSUPPORTED:
        if get.given(entry):
            raise ModelFileError(
                f"{folder}: the openvino engine does not compute {entry}={get.given(entry)!r}"
            )
    ends = [_tokens(config.get("eos_token_id"))]
    if (folder / "generation_config.json").exists():
        told = read_json(folder / "generation_config.json")
        ends.append(_tokens(told.get("eos_token_id")))
    return ModelConfig(
        architecture=_architecture(get, name, family),
        family=family,
        context_tokens=get.whole("max_position_embeddings", 0, least=0),
        tied=_flag(whole, config, "tie_word_embeddings"),
        ends=tuple(sorted({token for found in ends for token in found})),
    )


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object of at most 4 MiB.

    Raises:
        ModelFileError: The file is missing, larger, or not a JSON object.
    """
    try:
        found = json.loads(read_bounded(path, _MAX_BYTES))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelFileError(f"cannot read {path}: {reason}; a model folder needs it") from error
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{path} is no JSON: {str(error)[:80]}; download it again") from error
    if not isinstance(found, dict):
        raise ModelFileError(f"{path} is no JSON object; download it again")
    return found  # pyright: ignore[reportUnknownVariableType]


def _flag(whole: Mapping[str, Any], inner: Mapping[str, Any], name: str) -> bool | None:
    """A yes or no of the whole model, else of its text model; `None` when neither states it."""
    for place in (whole, inner):
        given = place.get(name)
        if given is not None:
            if given not in (True, False):
                raise Entries(place).wrong(name)
            return bool(given)
    return None


def _stated(config: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that are not null; a sliding window given as null becomes 0, full attention."""
    nothing = {"sliding_window": 0}
    return {
        name: nothing.get(name) if value is None else value
        for name, value in config.items()
        if value is not None or name in nothing
    }


def _tokens(given: Any) -> list[int]:
    items = cast("list[Any]", given) if isinstance(given, list) else [given]
    return [item for item in items if type(item) is int and item >= 0]


def _architecture(get: Entries, name: str, family: ModelFamily) -> Architecture:
    heads = get.whole("num_attention_heads")
    hidden = get.whole("hidden_size")
    head_size = get.whole("head_dim", max(1, hidden // heads))
    width = get.real("query_pre_attn_scalar", head_size)
    return checked(
        Architecture(
            family=name,
            hidden_size=hidden,
            num_heads=heads,
            num_kv_heads=get.whole("num_key_value_heads", heads),
            head_size=head_size,
            norm_epsilon=get.real("rms_norm_eps", 1e-6),
            attention_scale=width**-0.5,
            layers=_layers(get, name, family, head_size),
            qk_norm=family.qk_norm,
            post_norms=family.post_norms,
            activation=_activation(get, family),
            embedding_scale=hidden**0.5 if family.scaled_embedding else 1.0,
        )
    )


def _activation(get: Entries, family: ModelFamily) -> Activation:
    name = get.given("hidden_activation") or get.given("hidden_act") or family.activation
    activation = _ACTIVATIONS.get(str(name))
    if activation is None and name != family.activation:
        raise ModelFileError(
            f"the openvino engine knows the activations {', '.join(_ACTIVATIONS)}, not {name!r}"
        )
    return activation or family.activation


def _layers(get: Entries, name: str, family: ModelFamily, head_size: int) -> tuple[Layer, ...]:
    far, near = _ropes(get, family, head_size)
    num_layers = get.whole("num_hidden_layers", most=MOST_LAYERS)
    window = get.whole("sliding_window", 0, least=0)
    if name != "mistral" and not family.whole_every and not get.given("use_sliding_window"):
        window = 0
    kinds = _kinds(get, name, family, num_layers)
    rotated = _rotated(get, family, num_layers)
    return tuple(
        Layer(
            (near if sliding and window else far) if turned else None,
            window if sliding else 0,
        )
        for sliding, turned in zip(kinds, rotated, strict=True)
    )


def _kinds(get: Entries, name: str, family: ModelFamily, num_layers: int) -> list[bool]:
    """For each layer, whether its attention has a sliding window."""
    listed = get.given("layer_types")
    if name == "mistral":
        return [True] * num_layers
    if isinstance(listed, list):
        kinds = cast("list[Any]", listed)
        if len(kinds) != num_layers or not {*map(str, kinds)} <= {_FULL, _SLIDING}:
            raise get.wrong("layer_types")
        return [kind == _SLIDING for kind in kinds]
    if family.whole_every:
        every = get.whole("sliding_window_pattern", family.whole_every)
        return [place % every != 0 for place in range(1, num_layers + 1)]
    if family.unrotated_every:
        return [not turned for turned in _rotated(get, family, num_layers)]
    first = get.whole("max_window_layers", num_layers, least=0)
    return [place >= first for place in range(num_layers)]


def _rotated(get: Entries, family: ModelFamily, num_layers: int) -> list[bool]:
    """For each layer, whether it has a rotary position embedding."""
    listed = get.given("no_rope_layers")
    if family.unrotated_every and isinstance(listed, list):
        marks = cast("list[Any]", listed)
        if len(marks) < num_layers:
            raise get.wrong("no_rope_layers")
        return [bool(mark) for mark in marks[:num_layers]]
    if not family.unrotated_every:
        return [True] * num_layers
    every = get.whole("no_rope_layer_interval", family.unrotated_every)
    return [place % every != 0 for place in range(1, num_layers + 1)]


def _ropes(get: Entries, family: ModelFamily, head_size: int) -> tuple[Rope, Rope]:
    """Rotary embeddings of layers with full attention and of layers with a sliding window."""
    given = _object(get, "rope_parameters")
    base = get.real("rope_theta", family.rope_base)
    if {_FULL, _SLIDING} & given.keys():
        inner = Entries(given)
        far, near = _object(inner, _FULL), _object(inner, _SLIDING)
    else:
        far, near = given or _object(get, "rope_scaling"), {}
    rope = read_rope(far, base, head_size)
    if not family.window_rope_base:
        return rope, rope
    near_base = get.real("rope_local_base_freq", family.window_rope_base)
    return rope, read_rope(near, near_base, head_size)


def _object(get: Entries, name: str) -> dict[str, Any]:
    found = get.given(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise get.wrong(name)
    return found  # pyright: ignore[reportUnknownVariableType]
