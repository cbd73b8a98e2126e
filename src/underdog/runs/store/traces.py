"""Token traces as bytes, without loss.

A trace holds three columns of floats, written in single precision where that is exact for all of
them, else in double: a resumed run must equal an uninterrupted one. Engines that report single
precision pay 4 bytes per number. General
compression is left out: on log-probabilities it saves next to nothing and costs more than the
rest of the write.

Layout: width code (1 byte), the columns' lengths and top-k (4 unsigned 32-bit), then the numbers;
little-endian.
"""

import struct
from collections.abc import Sequence

from underdog.core import TokenTrace

_HEADER = struct.Struct("<cIIII")
_SINGLE, _DOUBLE = "f", "d"
_ONE = struct.Struct("<f")


def encode_trace(trace: TokenTrace) -> bytes | None:
    """Bytes of a trace; `None` for an empty one."""
    columns = (trace.logprobs, trace.confidence, trace.self_certainty)
    numbers = (*columns[0], *columns[1], *columns[2])
    if not numbers and not trace.top_k:
        return None
    width, packed = _pack(numbers)
    return _HEADER.pack(width.encode(), *map(len, columns), trace.top_k) + packed


def decode_trace(data: bytes | None) -> TokenTrace:
    """The trace of bytes made by `encode_trace`."""
    if data is None:
        return TokenTrace()
    width, first, second, third, top_k = _HEADER.unpack_from(data)
    numbers = struct.unpack_from(f"<{first + second + third}{width.decode()}", data, _HEADER.size)
    split = first + second
    return TokenTrace(numbers[:first], numbers[first:split], numbers[split:], top_k)


def _pack(numbers: Sequence[float]) -> tuple[str, bytes]:
    if _is_single(*numbers[:1]):
        layout = f"<{len(numbers)}{_SINGLE}"
        try:
            packed = struct.pack(layout, *numbers)
            if struct.unpack(layout, packed) == numbers:
                return _SINGLE, packed
        except OverflowError:
            pass
    return _DOUBLE, struct.pack(f"<{len(numbers)}{_DOUBLE}", *numbers)


def _is_single(first: float = 0.0) -> bool:
    """Whether the first number is exact in single precision: a cheap test before the full one."""
    try:
        return _ONE.unpack(_ONE.pack(first))[0] == first
    except OverflowError:
        return False
