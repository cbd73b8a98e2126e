"""Sizes and counts of the matrix products that a model computes for one token.

Products that share their input (query, key and value; gate and up) count as one wide product, as
any fast decoder runs them. Attention scores, whose cost depends on the context, are not included.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from underdog.core import ModelShape
from underdog.models.gguf.header import GgufHeader

_ONE_INPUT: Mapping[str, str] = {
    "attn_q": "qkv",
    "attn_k": "qkv",
    "attn_v": "qkv",
    "ffn_gate": "gate_up",
    "ffn_up": "gate_up",
}
_MATRIX = ".weight"
_EMBEDDING, _HEAD = "token_embd", "output"


Kind: TypeAlias = Literal["int8", "bf16", "f32"]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest rate of plain products of a kind on this machine (see `compiled.peak`).

    Attributes:
        kind: Storage format of the weights: `int8`, `bf16` or `f32`.
        rows: Rows multiplied at once.
        flops_per_s: Floating-point operations per second.
    """

    kind: Kind
    rows: int
    flops_per_s: float


@dataclass(frozen=True, slots=True)
class Product:
    """The product of a vector and a matrix.

    Attributes:
        inputs: Length of the input vector.
        outputs: Length of the output vector.
        count: Number of products of this size in the model.
    """

    inputs: int
    outputs: int
    count: int = 1

    @property
    def flops(self) -> float:
        """Floating-point operations of all `count` products, for one token."""
        return 2.0 * self.inputs * self.outputs * self.count


def products_of_file(header: GgufHeader) -> list[Product]:
    """The products of a GGUF model, the most frequent first."""
    widths: dict[tuple[str, str], tuple[int, int]] = {}
    tied = f"{_HEAD}{_MATRIX}" not in header.tensors
    for name, place in header.tensors.items():
        layer, _, matrix = name.removesuffix(_MATRIX).rpartition(".")
        if len(place.shape) != 2 or not name.endswith(_MATRIX):
            continue
        if matrix == _EMBEDDING and not tied:
            continue
        outputs, inputs = place.shape
        key = (layer, _ONE_INPUT.get(matrix, matrix))
        widths[key] = (inputs, widths.get(key, (inputs, 0))[1] + outputs)
    sizes = Counter(widths.values())
    return [Product(*size, count) for size, count in sizes.most_common()]


def products_of_shape(shape: ModelShape) -> list[Product]:
    """Products of a model known only by its architecture: one wide product per layer."""
    active = shape.num_active_params
    if not (shape.num_layers and shape.hidden_size and active > 0):
        return []
    outputs = max(1, active // (shape.num_layers * shape.hidden_size))
    return [Product(shape.hidden_size, outputs, shape.num_layers)]
