"""What this processor is and multiplies: 8-bit integers and bfloat16 in instructions of their own?

Read from the flags that Linux reports. Elsewhere, and where the flags cannot be read, the processor
is taken to have them, as most have.
"""

import platform
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


def processor_identity() -> str:
    """Name and abilities of the processor, equal for machines that take the same kernels.

    The system's own short name where the name cannot be read.
    """
    name = _first("model name") or platform.processor() or platform.machine()
    return f"{name.strip()}: {' '.join(sorted(_flags()))}"


@cache
def _flags() -> frozenset[str]:
    return frozenset(_first("flags", "features").split())


def _first(*keys: str) -> str:
    """What the system says of the first processor under one of these keys; empty if nothing."""
    try:
        lines = _FLAGS.read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2] for line in lines if line.lower().startswith(keys)), "")
