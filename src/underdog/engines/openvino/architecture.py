"""The numbers that a decoder graph is built from, read out of GGUF metadata.

Two families share the graph: `llama` (SmolLM2 and its kin) and `qwen2`. A GGUF file of the llama
family keeps the query and key rows in the order of interleaved rotary pairs; the graph rotates
halves, so those rows are put back into half order on conversion.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from underdog.engines.gguf_header import GgufHeader, Scalar
from underdog.errors import ModelFileError

_INTERLEAVED: Mapping[str, bool] = {"llama": True, "qwen2": False}


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes of a Llama-shaped decoder.

    Attributes:
        family: `llama` or `qwen2`.
        num_layers: Decoder layers.
        hidden_size: Width of the residual stream.
        num_heads: Query heads.
        num_kv_heads: Key and value heads.
        head_size: Width of a head.
        rope_base: Base of the rotary frequencies.
        norm_epsilon: Added to the mean square in RMS normalisation.
        interleaved: Whether the file's query and key rows come in interleaved rotary pairs.
    """

    family: str
    num_layers: int
    hidden_size: int
    num_heads: int
    num_kv_heads: int
    head_size: int
    rope_base: float
    norm_epsilon: float
    interleaved: bool

    @property
    def query_size(self) -> int:
        """Width of all query heads together."""
        return self.num_heads * self.head_size

    @property
    def kv_size(self) -> int:
        """Width of all key (or value) heads together."""
        return self.num_kv_heads * self.head_size


def read_architecture(header: GgufHeader) -> Architecture:
    """The architecture of a GGUF file.

    Raises:
        ModelFileError: The family is not one of those the graph is written for, it stretches its
            rotary frequencies, or a size is missing or does not divide.
    """
    family = header.architecture
    if family not in _INTERLEAVED:
        raise ModelFileError(
            f"the openvino engine runs {' and '.join(_INTERLEAVED)} models, not {family!r}; "
            "use the llama_cpp engine"
        )
    get = _Entries(header.metadata, family)
    heads = get.whole("attention.head_count")
    hidden = get.whole("embedding_length")
    head_size = get.whole("rope.dimension_count", hidden // heads)
    kv_heads = get.whole("attention.head_count_kv", heads)
    scaling = header.metadata.get(f"{family}.rope.scaling.type", "none")
    if scaling != "none" or "rope_freqs.weight" in header.tensor_sizes:
        raise ModelFileError(
            "the openvino engine does not stretch rotary frequencies; use llama_cpp"
        )
    if heads % kv_heads or head_size % 2 or head_size * heads != hidden:
        raise ModelFileError(
            f"the openvino engine cannot run {heads} heads of {head_size} over {kv_heads} key "
            f"heads in a width of {hidden}; use the llama_cpp engine"
        )
    return Architecture(
        family=family,
        num_layers=get.whole("block_count"),
        hidden_size=hidden,
        num_heads=heads,
        num_kv_heads=kv_heads,
        head_size=head_size,
        rope_base=get.real("rope.freq_base", 10000.0),
        norm_epsilon=get.real("attention.layer_norm_rms_epsilon", 1e-5),
        interleaved=_INTERLEAVED[family],
    )


@dataclass(frozen=True, slots=True)
class _Entries:
    metadata: Mapping[str, Scalar]
    family: str

    def whole(self, name: str, default: int = 0) -> int:
        value = self.metadata.get(f"{self.family}.{name}", default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 1 << 20:
            raise ModelFileError(f"the model file gives {self.family}.{name} as {value!r}")
        return value

    def real(self, name: str, default: float) -> float:
        value = self.metadata.get(f"{self.family}.{name}", default)
        if isinstance(value, str) or not 0 < value < 1e12:
            raise ModelFileError(f"the model file gives {self.family}.{name} as {value!r}")
        return float(value)
