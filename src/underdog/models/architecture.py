"""The architecture of a decoder as data: everything that the graph needs besides the weights.

A family of models is a set of traits here, not a name: the graph asks whether queries and keys are
normalised, never whether the model is a Qwen3. GGUF metadata is read by `gguf.shape`, a
`config.json` by `folder.config`.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from underdog.core import ModelShape
from underdog.errors import ModelFileError

Activation: TypeAlias = Literal["silu", "gelu_tanh"]


@dataclass(frozen=True, slots=True)
class Rope:
    """Rotary position embedding over the halves of a head.

    Attributes:
        base: Base of the rotary frequencies.
        divisors: Divisor of each frequency, one per rotary pair; empty without scaling.
    """

    base: float
    divisors: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """Traits of a layer that may differ from layer to layer.

    Attributes:
        rope: Rotary position embedding; `None` when the layer has no position embedding.
        window: Size of the sliding attention window in tokens, the present one included; 0 for
            full causal attention.
    """

    rope: Rope | None
    window: int = 0


@dataclass(frozen=True, slots=True)
class Architecture:
    """A decoder with RMS normalisation, grouped attention and a gated MLP.

    Attributes:
        family: The architecture's name in the model's metadata, for messages.
        hidden_size: Width of the residual stream.
        num_heads: Query heads.
        num_kv_heads: Key and value heads.
        head_size: Width of a head.
        norm_epsilon: Added to the mean square in RMS normalisation.
        attention_scale: Factor of the attention scores.
        layers: The decoder layers.
        interleaved: Whether the file's query and key rows come in interleaved rotary pairs.
        qk_norm: Whether each head's query and key are normalised.
        post_norms: Whether outputs of attention and MLP are normalised before they are added.
        activation: Activation function of the MLP's gate.
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
        """Number of decoder layers."""
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
        """The distinct rotary embeddings of the layers."""
        return tuple(dict.fromkeys(layer.rope for layer in self.layers if layer.rope))


def with_attention(shape: ModelShape, architecture: Architecture) -> ModelShape:
    """The shape with the width of the query heads and the layers that see only a window."""
    windows = [layer.window for layer in architecture.layers if layer.window]
    width = architecture.query_size
    return replace(
        shape,
        attention_size=0 if width == shape.hidden_size else width,
        window_tokens=max(windows, default=0),
        num_windowed_layers=len(windows),
    )


def checked(architecture: Architecture) -> Architecture:
    """The given architecture, after a check that its sizes are consistent.

    Raises:
        ModelFileError: The sizes are not consistent.
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
