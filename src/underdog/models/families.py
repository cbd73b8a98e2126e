"""The supported families of models, as the traits in which they differ.

Both readers of model files use this table: files state sizes, but not the traits that every model
of a family shares. The names are those of GGUF files; `config.json` has other names for some
(`CONFIG_NAMES`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from underdog.errors import ModelFileError
from underdog.models.architecture import Activation


@dataclass(frozen=True, slots=True)
class ModelFamily:
    """Traits that all models of a family share.

    Attributes:
        interleaved: Whether GGUF files keep query and key rows in interleaved rotary pairs.
        qk_norm: Whether each head's query and key are normalised.
        post_norms: Whether the outputs of attention and MLP are normalised.
        activation: Activation function of the MLP's gate.
        scaled_embedding: Whether embeddings are multiplied by the square root of their width.
        shifted_norms: Whether safetensors files store normalisation weights minus 1.
        rope_base: Base of the rotary frequencies where the file states none.
        window_rope_base: Base in layers with a sliding window; 0 for that of the other layers.
        whole_every: n when every n-th layer has full attention and the others a sliding window; 0
            when the family has no such rule.
        unrotated_every: n when every n-th layer has no position embedding; 0 when all have one.
        tied: Whether the output head is the embedding where `config.json` does not say: the default
            of the family's configuration class in transformers.
    """

    interleaved: bool = False
    qk_norm: bool = False
    post_norms: bool = False
    activation: Activation = "silu"
    scaled_embedding: bool = False
    shifted_norms: bool = False
    rope_base: float = 10_000.0
    window_rope_base: float = 0.0
    whole_every: int = 0
    unrotated_every: int = 0
    tied: bool = False


FAMILIES: Mapping[str, ModelFamily] = {
    "llama": ModelFamily(interleaved=True),
    "mistral": ModelFamily(interleaved=True),
    "smollm3": ModelFamily(interleaved=True, rope_base=2_000_000.0, unrotated_every=4, tied=True),
    "qwen2": ModelFamily(),
    "qwen3": ModelFamily(qk_norm=True),
    "gemma3": ModelFamily(
        qk_norm=True,
        post_norms=True,
        activation="gelu_tanh",
        scaled_embedding=True,
        shifted_norms=True,
        rope_base=1_000_000.0,
        window_rope_base=10_000.0,
        whole_every=6,
        tied=True,
    ),
}

CONFIG_NAMES: Mapping[str, str] = {"gemma3_text": "gemma3"}
"""Names of families in `config.json` that differ from those of GGUF files."""


def family_of(name: str) -> ModelFamily:
    """The family with a name of GGUF files.

    Raises:
        ModelFileError: The family is not supported.
    """
    family = FAMILIES.get(CONFIG_NAMES.get(name, name))
    if family is None:
        raise ModelFileError(
            f"the openvino engine runs {', '.join(FAMILIES)} models, not {name!r}; "
            "use the llama_cpp engine"
        )
    return family
