"""Arithmetic that a model wrote is evaluated exactly, never executed, and always ends."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.errors import DataError
from underdog.forms.arithmetic import evaluate, show


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1+2)*3", 9),
        ("-4 + +1", -3),
        ("2 ^ 3", 8),
        ("2 ** -1", Fraction(1, 2)),
        ("80 * 25%", 20),
        ("6 × 7 ÷ 2", 21),
        ("$1,200 - 200", 1000),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("3 x 4", 12),
    ],
)
def test_written_arithmetic(text: str, value: object) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a + 1",
        "1 / 0",
        "0 ** -1",
        "2 ** 1000",
        "2 ** 0.5",
        "9**64**9",
        "__import__('os')",
        "1 if 1 else 2",
        "True + 1",
        "1" * 600,
        "(" * 200,
        "1e999",
        "f(1)",
        "9**64*9**64*" * 20 + "1",
        "1 << 3",
        "'a'",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        evaluate(text)


@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_a_typed_error(text: str) -> None:
    with suppress(DataError):
        assert isinstance(evaluate(text), Fraction)


@given(st.fractions(max_denominator=10**6))
def test_a_shown_value_reads_back(value: Fraction) -> None:
    if abs(value) < 10**6:
        assert abs(Fraction(show(value)) - value) <= Fraction(1, 10**5)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(7), "7"),
        (Fraction(5, 2), "2.5"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 8), "-0.125"),
    ],
)
def test_values_are_shown_short(value: Fraction, text: str) -> None:
    assert show(value) == text
