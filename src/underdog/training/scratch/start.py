"""A model from scratch, ready to be trained: its size, its vocabulary, its first weights.

Weights are normal, each matrix with a standard deviation of one over the root of its inputs, those
that write into the residual stream smaller by the root of twice the layers (GPT-2); norms are one.
The numbers of a tensor hang on the seed and the tensor's name alone, not on PyTorch.
"""

import hashlib
import importlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.core import ModelShape
from underdog.data.mixing.mixture import Mixture
from underdog.engines.machine.memory import free_bytes
from underdog.errors import ConfigError
from underdog.models.architecture import Architecture, Layer, Rope
from underdog.models.open_model import OpenModel
from underdog.models.tokenizer.vocabulary import Vocabulary
from underdog.seeds import derive
from underdog.training.scratch.sizes import DecoderSize, ScratchSpec
from underdog.training.scratch.vocabularies import (
    character_vocabulary,
    check_characters,
    train_vocabulary,
    turn_template,
)
from underdog.training.torch_models.torch_model import TorchModel, TorchTensors, build_model

CONTEXT_TOKENS = 2048
_ROPE_BASE = 10_000.0
_EPSILON = 1e-5
_RULES = 1
_VOCABULARY_ITEMS = 20_000
_PIECE = 512
_TRAINED_BYTES = 16
"""Of a parameter in training: the weight, its gradient and two moments."""


def make_scratch(size: DecoderSize | str, vocabulary: Vocabulary, seed: int) -> TorchModel:
    """A model with first weights.

    Args:
        size: Its extents, or their name in `SIZES`, such as `1m`.
        vocabulary: Its tokenizer; see `train_vocabulary` and `character_vocabulary`.
        seed: Of the weights.

    Returns:
        The model in float32, with its vocabulary and chat template.

    Raises:
        UnknownNameError: No such size.
        MissingExtraError: PyTorch or transformers is not installed.
    """
    torch: Any = importlib.import_module("torch")
    made = ScratchSpec.of(size).size if isinstance(size, str) else size
    weights = first_weights(made, vocabulary.num_tokens, seed)
    state = {name: torch.from_numpy(values) for name, values in weights}
    model = build_model(_settings(made, vocabulary), state, "a model from scratch")
    return TorchModel(model, _opened(made, vocabulary, seed, model))


def open_scratch(spec: str, texts: Callable[[], Iterable[str]], seed: int) -> TorchModel:
    """The model that a spec such as `scratch:1m,vocabulary=1024` asks for.

    Args:
        spec: The spec.
        texts: Gives the texts that the model will be trained on, for its vocabulary.
        seed: Of the weights.

    Raises:
        UnknownNameError: No such size or parameter.
        ConfigError: A value makes no sense, or the texts hold characters beyond the
            vocabulary's, or memory does not suffice.
        MissingExtraError: PyTorch or transformers is not installed.
    """
    asked = ScratchSpec.of(spec)
    needed = asked.size.num_params(asked.num_tokens) * _TRAINED_BYTES
    if needed > (free := free_bytes()):
        raise ConfigError(
            f"{spec} has {asked.size.num_params():,} parameters: training it needs "
            f"{needed / 1e9:,.1f} GB of memory, but {free / 1e9:,.1f} are free; "
            "take a smaller model"
        )
    if asked.num_tokens:
        return make_scratch(asked.size, train_vocabulary(texts(), asked.num_tokens), seed)
    check_characters(texts())
    return make_scratch(asked.size, character_vocabulary(), seed)


def texts_of(mixture: Mixture) -> Iterator[str]:
    """Texts of a mixture's first items, each once: what a vocabulary is learned from."""
    seen: set[str] = set()
    for piece in mixture.stream(items=_VOCABULARY_ITEMS, steps=_PIECE):
        before = len(seen)
        for example in piece.examples:
            if example.id not in seen:
                seen.add(example.id)
                yield from (segment.text for segment in example.segments)
        if len(seen) == before:
            return


def first_weights(
    size: DecoderSize, num_tokens: int, seed: int
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """All weights by their names in the transformers library; the embedding is the head."""
    width, inner = size.width, size.inner
    writing = (2 * size.layers) ** -0.5

    def normal(name: str, rows: int, columns: int, factor: float = 1.0) -> NDArray[np.float32]:
        draws = np.random.default_rng(derive("weights", seed, name))
        values = draws.standard_normal((rows, columns), np.float32)
        return values * np.float32(factor * columns**-0.5)

    ones = np.ones(width, np.float32)
    yield "model.embed_tokens.weight", normal("model.embed_tokens.weight", num_tokens, width)
    yield "model.norm.weight", ones.copy()
    matrices = {
        "self_attn.q_proj": (width, width, 1.0), "self_attn.k_proj": (width, width, 1.0),
        "self_attn.v_proj": (width, width, 1.0), "self_attn.o_proj": (width, width, writing),
        "mlp.gate_proj": (inner, width, 1.0), "mlp.up_proj": (inner, width, 1.0),
        "mlp.down_proj": (width, inner, writing),
    }  # fmt: skip
    for layer in range(size.layers):
        place = f"model.layers.{layer}"
        for part, (rows, columns, factor) in matrices.items():
            name = f"{place}.{part}.weight"
            yield name, normal(name, rows, columns, factor)
        yield f"{place}.input_layernorm.weight", ones.copy()
        yield f"{place}.post_attention_layernorm.weight", ones.copy()


def _settings(size: DecoderSize, vocabulary: Vocabulary) -> dict[str, Any]:
    """The entries of a `config.json`."""
    return {
        "model_type": "llama",
        "vocab_size": vocabulary.num_tokens,
        "hidden_size": size.width,
        "intermediate_size": size.inner,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "num_key_value_heads": size.heads,
        "head_dim": size.width // size.heads,
        "rms_norm_eps": _EPSILON,
        "max_position_embeddings": CONTEXT_TOKENS,
        "rope_parameters": {"rope_type": "default", "rope_theta": _ROPE_BASE},
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": list(vocabulary.ends),
        "pad_token_id": 0,
    }


def _opened(size: DecoderSize, vocabulary: Vocabulary, seed: int, model: Any) -> OpenModel:
    """The model as what else is opened from files."""
    template = turn_template()
    told = repr((_RULES, size, seed, vocabulary.tokenizer_json, template.fingerprint))
    head = size.width // size.heads
    architecture = Architecture(
        family="llama",
        hidden_size=size.width,
        num_heads=size.heads,
        num_kv_heads=size.heads,
        head_size=head,
        norm_epsilon=_EPSILON,
        attention_scale=head**-0.5,
        layers=(Layer(Rope(_ROPE_BASE)),) * size.layers,
    )
    return OpenModel(
        Path("scratch"),
        template,
        CONTEXT_TOKENS,
        hashlib.sha256(told.encode()).hexdigest(),
        ModelShape(
            size.num_params(vocabulary.num_tokens), num_layers=size.layers, hidden_size=size.width
        ),
        architecture,
        lambda: TorchTensors(model),
        lambda: vocabulary,
    )
