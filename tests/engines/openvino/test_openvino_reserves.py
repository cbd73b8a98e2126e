"""What is set aside for prompts and rows holds the longest completion, block by block."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("openvino")

from underdog.core import SamplingParams
from underdog.engines.openvino.compiled.cache_blocks import BLOCK_TOKENS, BlockPool
from underdog.engines.openvino.decoding.jobs import PromptReading, SampleJob


@given(st.integers(2, 200), st.integers(1, 200), st.integers(1, 5))
def test_the_reserve_is_what_rows_of_full_length_take(prompt: int, limit: int, rows: int) -> None:
    pool = BlockPool(200)
    reading = PromptReading(list(range(prompt)), prompt - 1)
    job = SampleJob(
        reading, SamplingParams(), tuple(range(rows)), limit, deliver=lambda found: None
    )
    reserved = job.reserve
    reading.begin(pool)
    taken = len(reading.blocks)
    for number in range(rows):
        if number:
            reserved += job.further_reserve()
        row = job.new_row(pool)
        shared = len(row.blocks)
        while len(row.blocks) * BLOCK_TOKENS < prompt + limit:
            row.blocks.append(pool.take())
        taken += len(row.blocks) - shared
    assert job.rows_left == 0
    assert taken <= reserved <= taken + rows
