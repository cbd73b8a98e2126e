"""How fast this machine multiplies a model's matrices, in float32 and in bfloat16.

Machines of one size differ by five times and more in what training gets out of them, and some
emulate bfloat16 at a twentieth of float32's speed; so a plan measures. Rates are per processor
second of this process, which other programs' load changes little.
"""

import importlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from underdog.engines.machine.instructions import emulated

Sizes: TypeAlias = tuple[int, int]
"""Rows and columns of a weight matrix."""

_ROWS = 512
_FEW_ROWS = 64
_SHAPES = 3
_LEAST_SECONDS = 0.15
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class MachineSpeed:
    """Matrix products of training on this machine.

    Attributes:
        threads: Threads that PyTorch uses.
        float32: Floating-point operations per processor second in float32.
        bfloat16: The same in bfloat16.
        native_bfloat16: Whether the processor has instructions for bfloat16 products.
    """

    threads: int
    float32: float
    bfloat16: float
    native_bfloat16: bool

    @property
    def bfloat16_ratio(self) -> float:
        """Speed of bfloat16 products, float32's being 1."""
        return self.bfloat16 / self.float32


def measure_machine(sizes: Sequence[Sizes]) -> MachineSpeed:
    """Measure products with matrices of these sizes; takes about a second.

    Args:
        sizes: Rows and columns of the weight matrices, such as `matrix_sizes` gives.
    """
    torch: Any = importlib.import_module("torch")
    native = native_bfloat16()
    return MachineSpeed(
        int(torch.get_num_threads()),
        products_per_second(sizes, "float32"),
        products_per_second(sizes, "bfloat16", _ROWS if native else _FEW_ROWS),
        native,
    )


def native_bfloat16() -> bool:
    """Whether bfloat16 products have instructions of their own here, and are not emulated.

    Of the graphics processor where PyTorch sees one, else of this processor.
    """
    torch: Any = importlib.import_module("torch")
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    try:
        supported = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    except (AttributeError, RuntimeError):  # built without the library, or renamed in it
        supported = not emulated("bf16")
    return supported and not emulated("bf16")


def matrix_sizes(model: Any) -> list[Sizes]:
    """Sizes of the matrices in which a model's layers spend most, those of most products first."""
    head = {id(model.get_input_embeddings().weight), id(model.get_output_embeddings().weight)}
    counts = Counter(
        tuple(one.shape) for one in model.parameters() if one.dim() == 2 and id(one) not in head
    )
    ranked = sorted(counts, key=lambda size: -counts[size] * size[0] * size[1])
    return ranked[:_SHAPES]


def products_per_second(sizes: Sequence[Sizes], kind: str, rows: int = _ROWS) -> float:
    """Floating-point operations per processor second of products as training has them.

    Forward, back to the inputs, and back to the weights; the best of three rounds, since other
    programs can only slow it down.

    Args:
        sizes: Rows and columns of the weight matrices.
        kind: `float32` or `bfloat16`.
        rows: Tokens that are multiplied at once.
    """
    torch: Any = importlib.import_module("torch")
    dtype = getattr(torch, kind)
    sets = [
        tuple(
            torch.randn(shape).to(dtype) for shape in ((rows, inside), (out, inside), (rows, out))
        )
        for out, inside in sizes
    ]
    flops = sum(6.0 * rows * inside * out for out, inside in sizes)
    best = 0.0
    with torch.no_grad():
        for _ in range(_ROUNDS):
            done, began, used = 0, time.process_time(), 0.0
            while used < _LEAST_SECONDS:
                for inputs, weights, gradient in sets:
                    _ = inputs @ weights.T, gradient @ weights, gradient.T @ inputs
                done, used = done + 1, time.process_time() - began
            best = max(best, done * flops / used)
    return best
