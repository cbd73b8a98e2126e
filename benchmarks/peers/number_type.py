"""The faster of bfloat16 and float32 in PyTorch on this machine.

Where the processor has no products of bfloat16, PyTorch computes them many times slower than those
of float32: a side that is told a type by habit would lose for that alone.
"""

import sys
import time
from typing import Any

_SIZE, _ROWS, _TIMES = 1024, 8, 5


def number_type(torch: Any, asked: str = "") -> str:
    """`asked`, or `bfloat16` or `float32`, whichever multiplies faster now."""
    if asked:
        return asked
    seconds = {name: _seconds(torch, getattr(torch, name)) for name in ("bfloat16", "float32")}
    faster = min(seconds, key=lambda name: seconds[name])
    told = ", ".join(f"{name} {1e3 * value:.2f} ms" for name, value in seconds.items())
    print(f"{faster}: a product takes {told}", file=sys.stderr, flush=True)
    return faster


def _seconds(torch: Any, kind: Any) -> float:
    rows, matrix = torch.randn(_ROWS, _SIZE).to(kind), torch.randn(_SIZE, _SIZE).to(kind)
    taken: list[float] = []
    with torch.inference_mode():
        for _ in range(_TIMES):
            begun = time.perf_counter()
            torch.nn.functional.linear(rows, matrix)
            taken.append(time.perf_counter() - begun)
    return min(taken)
