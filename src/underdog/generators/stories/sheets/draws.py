"""Drawing a story's numbers: ranges, choices, divisors, and numbers calculated from others.

3..20               any whole number from 3 to 20
3..made-2           bounds may be formulas over earlier numbers
40..200 by 20       a range in steps; `0.5..4 by 0.25` for decimals
20..90 ^            a range that grows tenfold when large numbers are asked for
10, 20, 25, 50      one of the listed numbers
divisor of made in 2..12
= boxes * each      the value of a formula, so that a later division has no remainder
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

from underdog.errors import DataError
from underdog.generators.stories.sheets.formulas import Formula, Number, parse_formula
from underdog.generators.stories.sheets.working import Places, Random, Work, rough, work_of

Size = Literal["small", "usual", "large"]
SIZES: tuple[Size, ...] = ("small", "usual", "large")
LARGEST: dict[Size, int] = {"small": 200, "usual": 10_000, "large": 1_000_000}
"""No number of a problem or its solution is above this."""

_GROWTH = 10
_RANGE = re.compile(r"(?P<low>.+?)\.\.(?P<high>.+?)(?:\s+by\s+(?P<by>[\d.]+))?(?P<grows>\s*\^)?")
_DIVISOR = re.compile(r"divisor of (?P<of>.+?) in (?P<low>\d+)\.\.(?P<high>\d+)")


class Draw(Protocol):
    """The way in which a number of a story is drawn."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the earlier numbers that the draw depends on."""
        ...

    def work(self, places: Places, size: Size, whole: bool) -> Work:
        """A function that draws the number; its value is 0 when no number fits.

        Args:
            places: Index of each earlier number in the list of values.
            size: Class of the largest allowed number.
            whole: Whether all values are whole numbers.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """A uniform draw from a fixed list of numbers, one list per size."""

    numbers: dict[Size, tuple[Number, ...]]
    names: tuple[str, ...] = ()

    def work(self, places: Places, size: Size, whole: bool) -> Work:
        """A draw of one of the numbers."""
        numbers, count = self.numbers[size], len(self.numbers[size])
        return lambda values, random: numbers[int(random() * count)]


@dataclass(frozen=True, slots=True)
class Between:
    """A uniform draw from a range whose bounds are formulas, in steps of `by`."""

    low: Formula
    high: Formula
    by: int

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the bounds."""
        return self.low.names + self.high.names

    def work(self, places: Places, size: Size, whole: bool) -> Work:
        """A draw from the range; 0 when the range is empty."""
        low, high, by = rough(self.low.tree, places), rough(self.high.tree, places), self.by
        halved = size == "small"

        def between(values: list[Number], random: Random) -> Number:
            first, last = int(low(values, random)), int(high(values, random))
            if halved:
                last = first + (last - first) // 2
            return first + by * int(random() * ((last - first) // by + 1)) if first <= last else 0

        return between


@dataclass(frozen=True, slots=True)
class Divisor:
    """A uniform draw from the divisors of a formula's value that lie within bounds."""

    of: Formula
    among: range

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the formula."""
        return self.of.names

    def work(self, places: Places, size: Size, whole: bool) -> Work:
        """A draw of a divisor smaller than the number; 0 when there is none."""
        of, among = work_of(self.of.tree, places, whole), self.among

        def divisor(values: list[Number], random: Random) -> Number:
            fitting = _divisors(of(values, random), among)
            return fitting[int(random() * len(fitting))] if fitting else 0

        return divisor


@dataclass(frozen=True, slots=True)
class Worked:
    """A number calculated from others by a formula, without a random choice."""

    formula: Formula

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the formula."""
        return self.formula.names

    def work(self, places: Places, size: Size, whole: bool) -> Work:
        """The formula's value."""
        return work_of(self.formula.tree, places, whole)


@lru_cache(maxsize=1 << 14)
def _divisors(whole: Number, among: range) -> tuple[int, ...]:
    return tuple(number for number in among if whole % number == 0 and number < whole)


def parse_draw(text: str) -> Draw:
    """Parse the text of a draw (the module's docstring lists the forms).

    Raises:
        DataError: The text has none of the forms, or an empty range.
    """
    text = text.strip()
    if text.startswith("="):
        return Worked(parse_formula(text[1:]))
    if match := _DIVISOR.fullmatch(text):
        among = range(int(match["low"]), int(match["high"]) + 1)
        return Divisor(parse_formula(match["of"]), among)
    if match := _RANGE.fullmatch(text):
        return _range(match)
    numbers = tuple(_number(part) for part in text.split(","))
    half = numbers[: (len(numbers) + 1) // 2]
    return Fixed({"small": half, "usual": numbers, "large": numbers})


def _range(match: re.Match[str]) -> Draw:
    low, high = (parse_formula(match[end]) for end in ("low", "high"))
    by = _number(match["by"] or "1")
    if low.names or high.names:
        return Between(low, high, int(by))
    first, last = low.value({}), high.value({})
    if last < first:
        raise DataError(f"{match[0]!r} is an empty range; write the smaller number first")
    middle = first + (last - first) / 2
    most = last * _GROWTH if match["grows"] else last
    return Fixed(
        {
            "small": _steps(first, middle, by),
            "usual": _steps(first, last, by),
            "large": _steps(first, most, by),
        }
    )


def _steps(first: Number, last: Number, by: Number) -> tuple[Number, ...]:
    if isinstance(first, int) and isinstance(by, int):
        return tuple(range(first, int(last) + 1, by))
    count = int((last - first) / by) + 1
    numbers = (first + place * by for place in range(count))
    return tuple(int(number) if number == int(number) else number for number in numbers)


def _number(text: str) -> Number:
    try:
        value = float(text)
    except ValueError:
        raise DataError(
            f"{text.strip()!r} is not a number; write 3..20, 2, 4, 5, "
            "divisor of NAME in 2..12 or = FORMULA"
        ) from None
    return int(value) if value == int(value) else value
