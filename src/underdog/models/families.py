"""The families of models that this engine runs, as the traits that tell them apart.

Both readers of model files start from this table: files state sizes, and leave to the reader what
every model of a family shares. The names are those of GGUF files; `config.json` has its own for
some (`CONFIG_NAMES`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from underdog.errors import ModelFileError
from underdog.models.architecture import Activation


@dataclass(frozen=True, slots=True)
class ModelFamily:
    """What models of a family share.

    Attributes:
        interleaved: Whether GGUF files keep query and key rows in interleaved rotary pairs.
        qk_norm: Whether each head's query and key are normalised.
        post_norms: Whether the outcomes of attention and MLP are normalised, too.
        activation: What the MLP's gate passes through.
        scaled_embedding: Whether embeddings are multiplied by the square root of their width.
        shifted_norms: Whether safetensors hold a normalisation's factor less one.
        rope_base: Base of the rotary frequencies where the file states none.
        window_rope_base: Base in layers with a sliding window; 0 for that of the others.
        whole_every: Every so-manieth layer sees all tokens, the others a window; 0 for no rule.
        unrotated_every: Every so-manieth layer is not told positions; 0 for none.
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


FAMILIES: Mapping[str, ModelFamily] = {
    "llama": ModelFamily(interleaved=True),
    "mistral": ModelFamily(interleaved=True),
    "smollm3": ModelFamily(interleaved=True, rope_base=2_000_000.0, unrotated_every=4),
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
    ),
}

CONFIG_NAMES: Mapping[str, str] = {"gemma3_text": "gemma3"}
"""Names of families in `config.json` that differ from those of GGUF files."""


def family_of(name: str) -> ModelFamily:
    """The family of that name.

    Raises:
        ModelFileError: It is none of those the graph is written for.
    """
    family = FAMILIES.get(CONFIG_NAMES.get(name, name))
    if family is None:
        raise ModelFileError(
            f"the openvino engine runs {', '.join(FAMILIES)} models, not {name!r}; "
            "use the llama_cpp engine"
        )
    return family
