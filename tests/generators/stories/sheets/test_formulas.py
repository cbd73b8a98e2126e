"""Formulas: exact values, canonical forms, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.errors import DataError
from underdog.generators.stories.sheets.formulas import (
    Unfit,
    canon_text,
    divide,
    number_text,
    parse_formula,
)


@pytest.mark.parametrize(
    ("source", "value"),
    [("a + b * 2", 13), ("(a + b) * 2", 16), ("a - b", -2), ("a * 100 / b", 60), ("7", 7)],
)
def test_a_formula_has_its_arithmetic_value(source: str, value: int) -> None:
    assert parse_formula(source).value({"a": 3, "b": 5}) == value


@pytest.mark.parametrize(
    "source", ["a ** 2", "f(a)", "a if b else c", "a +", "True", "'a'", "a % b"]
)
def test_anything_but_plain_arithmetic_is_refused(source: str) -> None:
    with pytest.raises(DataError):
        parse_formula(source)


@pytest.mark.parametrize(("left", "right"), [(7, 2), (3, 0), (1, 8), (0.5, 3)])
def test_a_division_that_does_not_come_out_is_unfit(left: float, right: float) -> None:
    with pytest.raises(Unfit):
        divide(left, right)


def test_decimals_may_be_divided_into_quarters() -> None:
    assert divide(4.5, 2) == 2.25
    assert isinstance(divide(4.5, 1.5), int)


def test_numbers_are_written_without_idle_zeros() -> None:
    assert [number_text(value) for value in (12, 2.5, 7.0)] == ["12", "2.5", "7"]


NUMBERS = st.integers(1, 99).map(str)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_order_and_brackets_of_sums_and_products_do_not_change_the_key(
    a: str, b: str, c: str
) -> None:
    forms = {"a": a, "b": b, "c": c}

    def key(source: str) -> str:
        return canon_text(parse_formula(source).canon(forms))

    assert key("a + (b + c)") == key("(c + a) + b")
    assert key("a * b * c") == key("c * (b * a)")
    assert key("a - b - c") == key("a - (c + b)")
    assert key("a * b / c") == key("a / c * b")
    assert key("(a + b) * c") == key("c * (b + a)")


@given(NUMBERS, NUMBERS)
def test_other_operations_have_other_keys(a: str, b: str) -> None:
    sources = ("a + b", "a - b", "a * b", "a / b")
    forms = {"a": a, "b": b}
    assert len({canon_text(parse_formula(source).canon(forms)) for source in sources}) == 4
