"""Drawing numbers: ranges, choices, divisors, sizes."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.errors import DataError
from underdog.generators.stories.sheets.draws import Size, parse_draw
from underdog.generators.stories.sheets.formulas import Number


def drawn(
    text: str, values: dict[str, Number] | None = None, size: Size = "usual", count: int = 300
) -> set[Number]:
    values = values or {}
    places = {name: place for place, name in enumerate(values)}
    work, rng = parse_draw(text).work(places, size, whole=True), Random(1)
    return {work([*values.values()], rng.random) for _ in range(count)}


def test_a_range_has_both_its_ends_and_nothing_else() -> None:
    assert drawn("3..6") == {3, 4, 5, 6}
    assert drawn("10..40 by 10") == {10, 20, 30, 40}


def test_decimals_come_in_steps() -> None:
    assert drawn("0.5..2 by 0.5") == {0.5, 1, 1.5, 2}
    assert all(isinstance(one, int) for one in drawn("1.0..3.0 by 1"))


def test_choices_and_worked_numbers() -> None:
    assert drawn("10, 25") == {10, 25}
    assert drawn("= a * 2 + 1", {"a": 5}) == {11}


def test_bounds_follow_earlier_numbers() -> None:
    assert drawn("2..made-1", {"made": 5}) == {2, 3, 4}
    assert drawn("2..made/2", {"made": 9}) == {2, 3, 4}
    assert drawn("2..made-1", {"made": 10}, "small") == {2, 3, 4, 5}


def test_an_empty_range_of_bounds_gives_nothing() -> None:
    assert drawn("5..made", {"made": 4}) == {0}
    assert drawn("5..made", {"made": 4}, "small") == {0}


def test_divisors_divide_and_are_smaller() -> None:
    assert drawn("divisor of made in 2..12", {"made": 12}) == {2, 3, 4, 6}
    assert drawn("divisor of made in 2..12", {"made": 13}) == {0}


def test_sizes_shrink_and_grow_what_may_grow() -> None:
    assert max(drawn("2..20", size="small")) == 11
    assert max(drawn("2..20", size="large")) == 20
    assert max(drawn("2..20 ^", size="large", count=3_000)) == 200
    assert drawn("1, 2, 3", size="small") == {1, 2}


@pytest.mark.parametrize("text", ["9..3", "many", "3..", "divisor of 12"])
def test_what_is_no_draw_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        parse_draw(text)


@given(st.integers(2, 50), st.integers(0, 50), st.integers(1, 7), st.integers())
def test_a_range_never_leaves_its_bounds(low: int, width: int, by: int, seed: int) -> None:
    work = parse_draw(f"{low}..{low + width} by {by}").work({}, "usual", whole=True)
    number = work([], Random(seed).random)
    assert low <= number <= low + width
    assert (number - low) % by == 0
