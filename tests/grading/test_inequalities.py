"""Inequalities, intervals and tuples: what is in them, and what only looks like one."""

import pytest

from underdog.grading.symbolic.compare import equal, key


@pytest.mark.parametrize(
    ("left", "right"),
    [("x < y", "z < y"), ("x < y", "x > y"), ("2 < 3", "1 < 3"), ("a < b", r"(-\infty, b)")],
)
def test_no_number_or_no_variable_is_no_half_line(left: str, right: str) -> None:
    assert not equal(left, right)
    assert "∞" not in key(left)


@pytest.mark.parametrize(
    ("answer", "other"),
    [
        (r"[1,3] \cup [2,5]", "[1,5]"),
        (r"[1,2) \cup [2,5]", "[1,5]"),
        (r"[1,2] \cup (2,5]", "[1,5]"),
        (r"(1,2] \cup [2,5)", "(1,5)"),
        (r"[0,9] \cup [2,5]", "[0,9]"),
        (r"(1,3) \cup [1,2]", "[1,3)"),
        (r"[1,5) \cup [2,5]", "[1,5]"),
        ("x > 2 or x < 3", r"(-\infty, \infty)"),
        (r"x \ge 1 and x < 4", "[1,4)"),
        ("x < 4 and x > 1", "(1,4)"),
    ],
)
def test_intervals_that_overlap_or_touch_are_one(answer: str, other: str) -> None:
    assert equal(answer, other)
    assert key(answer) == key(other)


@pytest.mark.parametrize(
    ("answer", "other"),
    [
        (r"[1,2) \cup (2,5]", "[1,5]"),
        (r"(1,2) \cup (2,5)", "(1,5)"),
        (r"[1,2] \cup [3,5]", "[1,5]"),
        (r"[1,5) \cup [2,5)", "[1,5]"),
        (r"(1,3) \cup (1,2)", "[1,3)"),
        ("x > 2 or x < 2", r"(-\infty, \infty)"),
    ],
)
def test_intervals_with_a_gap_between_them_stay_two(answer: str, other: str) -> None:
    assert not equal(answer, other)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("(x, 0.123456549)", "(x, 0.123456551)"),
        (r"\{y, 0.123456549\}", r"\{0.123456551, y\}"),
        (r"(\text{red}, 0.123456549)", r"(\text{red}, 0.123456551)"),
    ],
)
def test_a_number_within_the_tolerance_may_stand_beside_what_is_no_number(
    left: str, right: str
) -> None:
    assert key(left) != key(right)  # on two sides of a step of the grid
    assert equal(left, right)
    assert not equal(left, right.replace("x", "z").replace("y", "z").replace("red", "blue"))


def test_the_last_words_of_two_texts_are_no_units() -> None:
    wine, beer = (rf"red \text{{{one}}}, pale \text{{{one}}}" for one in ("wine", "beer"))
    assert equal(wine, wine)
    assert not equal(wine, beer)
