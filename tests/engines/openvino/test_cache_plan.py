"""Rows of the key-value cache, by what memory holds."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.engines.openvino.decoding.cache_plan import AUTOMATIC, CachePlan, planned, with_cache
from underdog.errors import EngineError

BLOCK = 1000
PLENTY = 1 << 40


def asked(max_rows: int) -> CachePlan:
    return CachePlan(max_rows, context_tokens=256, block_bytes=BLOCK)


def test_a_cache_is_as_large_as_its_blocks() -> None:
    plan = asked(4)
    assert plan.num_blocks == (4 + 2) * (256 // 32 + 1)
    assert plan.size_bytes == (plan.num_blocks + 1) * BLOCK


def test_rows_that_fit_are_those_asked_for() -> None:
    assert planned(asked(100), 10**9).max_rows == 100


def test_as_many_rows_are_chosen_as_take_half_of_what_is_free() -> None:
    assert planned(asked(AUTOMATIC), PLENTY).max_rows == 32
    assert planned(asked(AUTOMATIC), 2 * asked(32).size_bytes).max_rows == 32
    assert planned(asked(AUTOMATIC), 2 * asked(32).size_bytes - 2).max_rows == 16
    assert planned(asked(AUTOMATIC), 2 * asked(4).size_bytes).max_rows == 4
    assert planned(asked(AUTOMATIC), asked(1).size_bytes).max_rows == 1


@given(st.integers(0, 200), st.integers(1, 10**7))
def test_a_plan_never_takes_more_than_is_free(rows: int, free: int) -> None:
    try:
        plan = planned(asked(rows), free)
    except EngineError:
        assert asked(1).size_bytes > free
        return
    assert plan.size_bytes <= free
    assert 1 <= plan.max_rows <= (rows or 32)


def test_too_little_memory_for_one_row_is_an_error_with_both_sizes() -> None:
    with pytest.raises(EngineError, match=r"256 tokens takes 0\.00 GB of 0\.00 GB.*context_tokens"):
        planned(asked(8), 5000)


def test_a_cache_that_cannot_be_had_is_tried_with_fewer_rows_and_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tried: list[int] = []

    def build(plan: CachePlan) -> str:
        tried.append(plan.max_rows)
        if plan.max_rows > 3:
            raise MemoryError
        return "built"

    with caplog.at_level(logging.WARNING):
        built, plan = with_cache(asked(24), PLENTY, build)
    assert (built, plan.max_rows, tried) == ("built", 3, [24, 12, 6, 3])
    [record] = caplog.records
    assert "3 rows are decoded side by side instead of 24" in record.getMessage()


def test_fewer_rows_for_want_of_free_memory_are_said_when_a_number_was_asked_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        with_cache(asked(AUTOMATIC), asked(2).size_bytes * 2, lambda plan: plan)
        assert not caplog.records
        with_cache(asked(16), asked(16).size_bytes, lambda plan: plan)
        assert not caplog.records
        with_cache(asked(16), asked(4).size_bytes, lambda plan: plan)
    assert "4 rows" in caplog.records[0].getMessage()


def test_no_memory_for_a_single_row_is_an_error() -> None:
    tried: list[int] = []

    def build(plan: CachePlan) -> str:
        tried.append(plan.max_rows)
        raise MemoryError

    with pytest.raises(EngineError, match=r"one row of 256 tokens.*could not be had"):
        with_cache(asked(4), PLENTY, build)
    assert tried == [4, 2, 1]


def test_a_cache_that_can_be_had_for_one_row_only_is_taken() -> None:
    def build(plan: CachePlan) -> int:
        if plan.max_rows > 1:
            raise MemoryError
        return plan.max_rows

    assert with_cache(asked(4), PLENTY, build) == (1, asked(1))
