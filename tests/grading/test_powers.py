"""Powers of whole numbers are read exactly; words are read as numbers."""

from fractions import Fraction

import pytest

from underdog.grading.numerals import read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2^{-1}", Fraction(1, 2)),
        ("2^{-3}", Fraction(1, 8)),
        ("10^0", Fraction(1)),
        ("0^2", Fraction(0)),
        ("2^{10}", Fraction(1024)),
        ("0^0", None),
        ("0^{-2}", None),
    ],
)
def test_powers_of_whole_numbers(text: str, value: Fraction | None) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("a third", Fraction(1, 3)), ("a half", Fraction(1, 2)), ("a hundred", 100), ("ten", 10)],
)
def test_a_number_in_words_may_begin_with_a_word_of_one_letter(
    text: str, value: Fraction | int
) -> None:
    assert read_number(text) == value
