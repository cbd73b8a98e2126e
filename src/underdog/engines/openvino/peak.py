"""What a product with 8-bit weights reaches here by itself: the ceiling of a decoder of such."""

import time
from typing import Any

import numpy as np

from underdog.engines.openvino.runtime import op, ov

_SIZE, _ROWS = 2048, 256
_GROUP = 128


def int8_flops_per_s(threads: int, seconds: float = 0.5) -> float:
    """Operations per second of one large product with 8-bit weights, best of a short while.

    Args:
        threads: Threads for the product.
        seconds: How long to try.
    """
    random = np.random.default_rng(0)
    matrix = op.constant(random.integers(-127, 127, (_SIZE, _SIZE)).astype(np.int8))
    scale = op.constant(np.full((_SIZE, 1), 0.01, np.float32))
    value = op.parameter([-1, _SIZE], np.float32, name="value")
    weights = op.multiply(op.convert(matrix, ov.Type.f32), scale)
    model = ov.Model([op.matmul(value, weights, False, True)], [value], "product")
    options = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": threads,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP,
    }
    request: Any = ov.Core().compile_model(model, "CPU", options).create_infer_request()
    rows = random.normal(size=(_ROWS, _SIZE)).astype(np.float32)
    best = float("inf")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or best == float("inf"):
        begun = time.perf_counter()
        request.infer([rows])
        best = min(best, time.perf_counter() - begun)
    return 2.0 * _ROWS * _SIZE * _SIZE / best
