"""Powers, scales (k, bn, million) and words are read exactly as numbers."""

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


@pytest.mark.parametrize(
    ("text", "zeros"),
    [
        ("3k", 3), ("3K", 3), ("3M", 6), ("3bn", 9), ("3B", 9), ("$3bn", 9), ("3 hundred", 2),
        ("3 thousand", 3), ("3 million", 6), ("3 billion", 9), ("3 trillion", 12),
    ],
)  # fmt: skip
def test_a_scale_behind_a_number_is_part_of_it(text: str, zeros: int) -> None:
    assert read_number(text) == 3 * 10**zeros
    assert read_number(text.replace("3", "1.25")) == Fraction(125, 100) * 10**zeros
