"""Rates of plain matrix products on this machine: an upper bound for a decoder's speed.

The products have the sizes of a model's, and there are enough of them that their weights do not
fit a processor's cache, as a model's weights do not either.
"""

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from underdog.engines.bench.matrix_products import Ceiling, Kind, Product
from underdog.engines.machine.instructions import emulated
from underdog.engines.openvino.compiled.runtime import op, ov

KINDS: tuple[Kind, ...] = ("int8", "bf16", "f32")
_BEYOND_CACHE_BYTES = 96_000_000
_WEIGHT_BYTES = {"int8": 1, "bf16": 2, "f32": 4}
_GROUP = 32


def ceilings(
    products: Sequence[Product],
    rows: Sequence[int],
    threads: int,
    *,
    kinds: Sequence[Kind] = KINDS,
    seconds: float = 0.5,
) -> list[Ceiling]:
    """Highest rates of a model's matrix products, for each kind and number of rows.

    Args:
        products: Sizes of the products; see `bench.matrix_products`.
        rows: Numbers of rows to try.
        threads: Threads for the products.
        kinds: Storage formats to try; `bf16` is left out where the processor has no products of
            it, since these would be float32's.
        seconds: Seconds of measurement for each kind and number of rows.
    """
    found: list[Ceiling] = []
    for kind in kinds if products else ():
        if kind == "bf16" and emulated(kind):
            continue
        run = [_fewer(product, _share(products, kind)) for product in products]
        request = _compiled(run, kind, threads)
        flops = sum(product.flops for product in run)
        found += [
            Ceiling(kind, count, flops * count / _best_s(request, run, count, seconds))
            for count in rows
        ]
    return found


def _share(products: Sequence[Product], kind: Kind) -> float:
    """Share of a model's products, at most 1, whose weights exceed a processor's cache."""
    size_bytes = sum(product.flops / 2 for product in products) * _WEIGHT_BYTES[kind]
    return min(1.0, _BEYOND_CACHE_BYTES / size_bytes)


def _fewer(product: Product, share: float) -> Product:
    return Product(product.inputs, product.outputs, max(1, round(product.count * share)))


def _compiled(products: Sequence[Product], kind: Kind, threads: int) -> Any:
    """A compiled graph of all products side by side; products of one width share an input."""
    widths = sorted({product.inputs for product in products})
    values = {width: op.parameter([-1, width], np.float32, name=f"v{width}") for width in widths}
    random = np.random.default_rng(0)
    results = [
        op.result(op.matmul(values[one.inputs], _matrix(one, kind, random), False, True))
        for one in products
        for _ in range(one.count)
    ]
    options = {
        "INFERENCE_PRECISION_HINT": "bf16" if kind == "bf16" else "f32",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": _group_size(widths) if kind == "int8" else 0,
    }
    model = ov.Model(results, list(values.values()), "products")
    request: Any = ov.Core().compile_model(model, "CPU", options).create_infer_request()
    return request


def _matrix(product: Product, kind: Kind, random: np.random.Generator) -> Any:
    shape = (product.outputs, product.inputs)
    if kind == "f32":
        return op.constant(random.standard_normal(shape, np.float32))
    if kind == "bf16":
        halves = random.standard_normal(shape, np.float32).astype(np.float16)
        return op.convert(op.constant(halves), ov.Type.f32)
    integers = random.integers(-127, 127, shape, np.int8)
    scale = op.constant(np.full((product.outputs, 1), 0.01, np.float32))
    return op.multiply(op.convert(op.constant(integers), ov.Type.f32), scale)


def _group_size(widths: Sequence[int]) -> int:
    """Activations per quantisation group: the widths' greatest common divisor, the fastest size.

    0 when it is no multiple of 32.
    """
    shared = math.gcd(*widths)
    return 0 if shared % _GROUP else shared


def _best_s(request: Any, products: Sequence[Product], rows: int, seconds: float) -> float:
    random = np.random.default_rng(1)
    widths = sorted({product.inputs for product in products})
    values = {f"v{width}": random.standard_normal((rows, width), np.float32) for width in widths}
    for name, value in values.items():
        request.set_tensor(name, ov.Tensor(value, shared_memory=True))
    request.infer()
    best = float("inf")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or best == float("inf"):
        begun = time.perf_counter()
        request.infer()
        best = min(best, time.perf_counter() - begun)
    return best
