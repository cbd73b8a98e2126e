"""The shape of a decoder as data: everything that the graph is built from besides the weights.

A family of models is a set of traits here, not a name: the graph asks whether queries and keys are
normalised, never whether the model is a Qwen3. GGUF metadata is read into it by `gguf_shape`, a
`config.json` by `config_shape`.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from underdog.errors import ModelFileError

Activation: TypeAlias = Literal["silu", "gelu_tanh"]


@dataclass(frozen=True, slots=True)
class Rope:
    """Rotary position embedding over the halves of a head.

    Attributes:
        base: Base of the rotary frequencies.
        divisors: What each frequency is divided by, one per pair; empty when nothing is stretched.
    """

    base: float
    divisors: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """What may differ from layer to layer.

    Attributes:
        rope: How positions are told; `None` when the layer is not told them.
        window: Tokens that a token sees, itself included; 0 for all before it.
    """

    rope: Rope | None
    window: int = 0


@dataclass(frozen=True, slots=True)
class Architecture:
    """A decoder with RMS normalisation, grouped attention and a gated MLP.

    Attributes:
        family: The model's own name for its shape, for messages.
        hidden_size: Width of the residual stream.
        num_heads: Query heads.
        num_kv_heads: Key and value heads.
        head_size: Width of a head.
        norm_epsilon: Added to the mean square in RMS normalisation.
        attention_scale: Factor of the attention scores.
        layers: The decoder layers.
        interleaved: Whether the file's query and key rows come in interleaved rotary pairs.
        qk_norm: Whether each head's query and key are normalised.
        post_norms: Whether the outcomes of attention and MLP are normalised before they are added.
        activation: What the MLP's gate passes through.
        embedding_scale: Factor of the token embeddings.
    """

    family: str
    hidden_size: int
    num_heads: int
    num_kv_heads: int
    head_size: int
    norm_epsilon: float
    attention_scale: float
    layers: tuple[Layer, ...]
    interleaved: bool = False
    qk_norm: bool = False
    post_norms: bool = False
    activation: Activation = "silu"
    embedding_scale: float = 1.0

    @property
    def num_layers(self) -> int:
        """Decoder layers."""
        return len(self.layers)

    @property
    def query_size(self) -> int:
        """Width of all query heads together."""
        return self.num_heads * self.head_size

    @property
    def kv_size(self) -> int:
        """Width of all key (or value) heads together."""
        return self.num_kv_heads * self.head_size

    @property
    def ropes(self) -> tuple[Rope, ...]:
        """The kinds of rotary embedding that layers use, each once."""
        return tuple(dict.fromkeys(layer.rope for layer in self.layers if layer.rope))


def checked(architecture: Architecture) -> Architecture:
    """The architecture, when its sizes fit each other.

    Raises:
        ModelFileError: They do not.
    """
    shape = architecture
    stretched = {len(rope.divisors) for rope in shape.ropes} - {0}
    if shape.num_heads % shape.num_kv_heads or shape.head_size % 2:
        raise ModelFileError(
            f"the openvino engine cannot run {shape.num_heads} heads of {shape.head_size} over "
            f"{shape.num_kv_heads} key heads; use the llama_cpp engine"
        )
    if stretched - {shape.head_size // 2}:
        raise ModelFileError(
            f"the model divides {max(stretched)} rotary frequencies, but a head of "
            f"{shape.head_size} has {shape.head_size // 2}; download it again"
        )
    return shape
