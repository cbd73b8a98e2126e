"""What this processor multiplies: 8-bit integers and bfloat16 in instructions of their own, or not.

Read from the flags that Linux reports. Elsewhere, and where the flags cannot be read, the processor
is taken to have them, as most have.
"""

from functools import cache
from pathlib import Path

_FLAGS = Path("/proc/cpuinfo")
_INT8 = {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"}
_BF16 = {"avx512_bf16", "amx_bf16", "bf16"}


def emulated(precision: str) -> bool:
    """Whether matrix products of a precision are computed in float32 here.

    Args:
        precision: `int8`, `int4`, `bf16`, `f16` or `f32`.

    Returns:
        True for `int8` and `int4` without dot products of 8-bit integers (VNNI), for `bf16` without
        bfloat16 products; false for the others.
    """
    wanted = _INT8 if precision in ("int8", "int4") else _BF16 if precision == "bf16" else None
    flags = _flags()
    return wanted is not None and bool(flags) and not wanted & flags


@cache
def _flags() -> frozenset[str]:
    try:
        lines = _FLAGS.read_text().splitlines()
    except OSError:
        return frozenset()
    found = [
        line.partition(":")[2] for line in lines if line.lower().startswith(("flags", "features"))
    ]
    return frozenset(found[0].split()) if found else frozenset()
