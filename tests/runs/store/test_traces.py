import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import TokenTrace
from underdog.runs.store.traces import decode_trace, encode_trace

numbers = st.lists(st.floats(allow_nan=False), max_size=8).map(tuple)
traces = st.builds(TokenTrace, numbers, numbers, numbers, st.integers(0, 50))


@given(traces)
def test_a_trace_comes_back_exactly(trace: TokenTrace) -> None:
    assert decode_trace(encode_trace(trace)) == trace


def test_an_empty_trace_takes_no_bytes() -> None:
    assert encode_trace(TokenTrace()) is None
    assert decode_trace(None) == TokenTrace()


def test_a_trace_that_is_not_a_number_comes_back() -> None:
    back = decode_trace(encode_trace(TokenTrace((math.nan, -1.0))))
    assert math.isnan(back.logprobs[0])
    assert back.logprobs[1] == -1.0


@pytest.mark.parametrize(
    ("column", "bytes_each"),
    [
        ((-0.5, 0.0, -math.inf), 4),
        ((-0.5, *struct.unpack("<f", struct.pack("<f", -0.1))), 4),
        ((-0.5, -0.1), 8),
        ((-0.5, -1e300), 8),
        ((-1e300, -0.5), 8),
        ((-0.5, -100_000.0), 4),
    ],
)
def test_the_narrowest_exact_width_is_used(column: tuple[float, ...], bytes_each: int) -> None:
    bare = encode_trace(TokenTrace(top_k=1))
    full = encode_trace(TokenTrace(column))
    assert bare is not None
    assert full is not None
    assert len(full) - len(bare) == bytes_each * len(column)
    assert decode_trace(full).logprobs == column
