"""The sums of `teaching-arithmetic`: how they are drawn, balanced, held out, written and read."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.studies.teaching_arithmetic.sum_samples import (
    SampleBlock,
    SumSamples,
    Written,
    answered,
    asked,
    carries,
    written,
)

SUMS = SumSamples(3)
numbers = st.integers(0, 99)


@given(numbers, numbers, st.sampled_from(["plain", "reversed", "scratchpad"]))
def test_the_answer_is_read_back_from_what_is_written(a: int, b: int, form: Written) -> None:
    assert answered(written((a, b), form), form) == str(a + b)


@given(numbers, numbers)
def test_the_steps_of_a_scratchpad_are_right(a: int, b: int) -> None:
    *steps, total = written((a, b), "scratchpad").split(";")
    carry, digits = 0, ""
    for step in steps:
        left, _, right = step.partition("=")
        digit, carried = map(int, right.split(","))
        first, second, before = map(int, left.split("+"))
        assert before == carry
        assert first + second + before == 10 * carried + digit
        carry, digits = carried, f"{digit}{digits}"
    assert int(f"{carry}{digits}") == int(total) == a + b


@given(numbers, numbers)
def test_carries_are_those_of_the_digit_sums(a: int, b: int) -> None:
    def digit_sum(number: int) -> int:
        return sum(map(int, str(number)))

    assert 9 * carries((a, b)) == digit_sum(a) + digit_sum(b) - digit_sum(a + b)


@pytest.mark.parametrize("balanced", [True, False])
@pytest.mark.parametrize("count", [200, 500, 2000])
def test_samples_are_distinct_and_none_is_held_out(count: int, balanced: bool) -> None:
    pairs = SUMS.train(count, balanced=balanced)
    assert len(pairs) == len(set(pairs)) == count
    assert not set(pairs) & set(SUMS.test())
    assert SUMS.train(count, balanced=balanced) == pairs


def test_test_sums_are_distinct_and_of_two_digits() -> None:
    pairs = SUMS.test()
    assert len(set(pairs)) == 1000
    assert all(10 <= min(pair) <= max(pair) <= 99 for pair in pairs)
    assert SumSamples(4).test() != pairs


def test_balanced_samples_hold_all_small_sums_and_equal_parts_by_carries() -> None:
    pairs = SUMS.train(500, balanced=True)
    small = [pair for pair in pairs if max(pair) < 10]
    assert len(small) == 100
    counts = Counter(carries(pair) for pair in pairs if max(pair) >= 10)
    assert sorted(counts) == [0, 1, 2]
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len([pair for pair in SUMS.train(500, balanced=False) if max(pair) < 10]) < 30


def test_a_block_holds_the_samples_as_training_items() -> None:
    rows = SampleBlock([(57, 68)], "reversed").read(0).to_pylist()
    assert [(row["prompt"], row["completion"]) for row in rows] == [(asked((57, 68)), "521")]
