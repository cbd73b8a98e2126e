"""The numbers that a question states in digits, and their replacement by others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = re.compile(
    r"(?<![\w.,/:^])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<percent>\s?%)?"
    r"(?![\w/:^])(?![.,]\d)"
)


@dataclass(frozen=True, slots=True)
class QuestionNumber:
    """A number in a question.

    Attributes:
        value: Its exact value.
        decimals: Number of decimals as written.
        percent: Whether a percent sign follows.
    """

    value: Fraction
    decimals: int
    percent: bool


def question_numbers(text: str) -> list[QuestionNumber]:
    """Numbers in digits; parts of dates, times, fractions and words like `5th` are left out.

    Example:
        >>> [str(one.value) for one in question_numbers("On the 5th, 1,200 people ate 2.5 kg.")]
        ['1200', '5/2']
    """
    return [_read(match) for match in _NUMBER.finditer(text)]


def with_numbers(text: str, new: Mapping[Fraction, Fraction]) -> str:
    """The text with the numbers of `new` replaced wherever they are stated.

    Example:
        >>> with_numbers("12 eggs at $2.50", {Fraction(12): Fraction(1300)})
        '1,300 eggs at $2.50'
    """

    def swap(match: re.Match[str]) -> str:
        old = _read(match)
        if old.value not in new:
            return match[0]
        return written(new[old.value], old.decimals) + (match["percent"] or "")

    return _NUMBER.sub(swap, text)


def written(value: Fraction, decimals: int) -> str:
    """A number as text with `decimals` decimals and commas between thousands."""
    return f"{float(value):,.{decimals}f}" if decimals else f"{int(value):,}"


def _read(match: re.Match[str]) -> QuestionNumber:
    plain = match["number"].replace(",", "")
    return QuestionNumber(
        Fraction(plain), len(plain.partition(".")[2]), match["percent"] is not None
    )
