"""Products of two integers, split by place value (Goat, arXiv 2305.14201).

1 x n and n x m products; one in ten has a factor with trailing zeros. The factor with fewer digits
that are not zero is split, its parts are multiplied one by one and added up.
"""

from itertools import product
from random import Random
from typing import TypeAlias

from underdog.core.item import DraftRow, Step
from underdog.generators import families
from underdog.generators.craft.operands import MASK, MASK_BITS, MOST_DIGITS, range_of, threshold
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import share, whole

_ZEROS = threshold(0.1)
_BITS = 100  # for a draw's choices, and to spare so that all are fair
_DIGIT_BITS = 4
_KEY_SIGNS = len("mul:,")
_WORD_BITS = 4 * MASK_BITS + 1
_WORD_MASK = (1 << _WORD_BITS) - 1
_PARTS = tuple(f"part_{place}" for place in range(1, MOST_DIGITS + 1))


def _sum_names(count: int, last: str) -> tuple[tuple[str, str], ...]:
    """Name and formula of what the first 1, 2, … of `count` partial products add up to."""
    names = ["part_1", *(f"sum_{place}" for place in range(1, count - 1)), last]
    sums = (f"{before} + {part}" for before, part in zip(names[:-1], _PARTS[1:], strict=False))
    return (("part_1", ""), *zip(names[1:], sums, strict=False))


_SUMS = tuple(_sum_names(count, "product") for count in range(MOST_DIGITS + 1))
_SIZES = tuple(_sum_names(count, "size") for count in range(MOST_DIGITS + 1))
_AT_PLACE = tuple(
    {str(digit): (f"{digit}{'0' * zeros}", digit * 10**zeros) for digit in range(1, 10)}
    for zeros in range(MOST_DIGITS)
)

Factors: TypeAlias = tuple[int, int, str, str]  # with signs, and in digits without
_as_step = tuple[str].__new__  # half the time of Step(…)


@families.register("multiplication")
class Multiplication(KeyFirst[Factors]):
    """Products of two integers.

    Args:
        digits: Most digits of a one-digit number's partner, 1 to 16.
        product_digits: Most digits of the two factors of n x m together, 2 to 16.
        short: Share of items in which one factor has one digit.
        negatives: Share of factors that are negative.
        wording: `varied` or `plain`.
    """

    name = "multiplication"
    version = 1
    checker = "numeric"
    forms = (
        "cot",
        "answer",
        "equations",
        "program",
        "equation_system",
        "scratchpad",
        "detailed_scratchpad",
        "reversed",
        "socratic",
        "critique",
    )

    def __init__(
        self,
        digits: int = 8,
        product_digits: int = 8,
        short: float = 0.3,
        negatives: float = 0.05,
        wording: str = "varied",
    ) -> None:
        digits = whole("digits", digits, 1, MOST_DIGITS)
        together = whole("product_digits", product_digits, 2, MOST_DIGITS)
        lengths = range(2, together - 1)
        self._bits = _BITS + _DIGIT_BITS * max(together, digits + 1)
        self._short_pairs = [_ranges(1, length) for length in range(1, digits + 1)]
        self._long_pairs = [
            _ranges(first, second)
            for first, second in product(lengths, lengths)
            if first + second <= together
        ] or self._short_pairs
        self._short = threshold(share("short", short))
        self._negatives = threshold(share("negatives", negatives))
        self._questions = Phrasing(wording).operation("*")

    def draw(self, rng: Random) -> tuple[str, Factors]:
        """The two factors, in one draw of many bits."""
        bits = rng.getrandbits(self._bits)
        word = bits & _WORD_MASK
        pairs = self._short_pairs if word & MASK < self._short else self._long_pairs
        bits, place = divmod(bits >> _WORD_BITS, len(pairs))
        low, width, other_low, other_width = pairs[place]
        bits, left = divmod(bits, width)
        left, right = low + left, other_low + bits % other_width
        if word >> MASK_BITS & MASK < _ZEROS:
            right -= right % 10 ** rng.randint(1, len(str(right)))
            right = right or 10
        first, second = f"{left}", f"{right}"
        key = f"mul:{first},{second}" if left <= right else f"mul:{second},{first}"
        if self._negatives:
            if word >> 2 * MASK_BITS & MASK < self._negatives:
                left = -left
            if word >> 3 * MASK_BITS & MASK < self._negatives:
                right = -right
        if word >> 4 * MASK_BITS:
            return key, (right, left, second, first)
        return key, (left, right, first, second)

    def write(self, rng: Random, key: str, numbers: Factors) -> DraftRow:
        """One product."""
        left, right, first, second = numbers
        steps = _steps(left, right, first, second)
        if left < 0:
            first = f"-{first}"
        if right < 0:
            second = f"-{second}"
        return (
            self._questions.ask(rng, first, second),
            steps[-1][2],
            steps,
            key,
            len(key) - _KEY_SIGNS,
            {"operator": "*", "operands": [left, right]},
            (),
            "",
        )


def _ranges(first: int, second: int) -> tuple[int, int, int, int]:
    """Lowest number of each length, and how many there are."""
    return *range_of(first), *range_of(second)


def by_place_value(left: int, right: int) -> tuple[Step, ...]:
    """The steps of a product: one partial product per digit that is not zero, then their sum.

    Example:
        >>> [step.formula for step in by_place_value(14, 203)]
        ['14 * 200', '14 * 3', 'part_1 + part_2']
    """
    return _steps(left, right, f"{abs(left)}", f"{abs(right)}")


def _steps(left: int, right: int, kept: str, split: str) -> tuple[Step, ...]:
    """`by_place_value` of two numbers whose digits are written down already."""
    factor, count, others = abs(left), len(split.replace("0", "")), len(kept.replace("0", ""))
    if others < count:
        factor, kept, split, count = abs(right), split, kept, others
    if count < 2:
        formula = f"{left} * {right}" if right >= 0 else f"{left} * ({right})"
        value = f"{left * right}"
        return (_as_step(Step, ("product", formula, value, f"{formula} = {value}.", "")),)
    if (left < 0) == (right < 0):
        return tuple(_split_product(factor, kept, split, _SUMS[count]))
    steps = _split_product(factor, kept, split, _SIZES[count])
    size, value = steps[-1][2], f"-{steps[-1][2]}"
    text = f"The factors have different signs, so the product is -1 * {size} = {value}."
    return (*steps, _as_step(Step, ("product", "-1 * size", value, text, "")))


def _split_product(
    factor: int, kept: str, split: str, names: tuple[tuple[str, str], ...]
) -> list[Step]:
    """Products of `factor` with the digits of `split` that are not zero, then their sums by name.

    `kept` is `factor` in digits.
    """
    parts: list[Step] = []
    sums: list[Step] = []
    total, reached, place, zeros = 0, "", 0, len(split)
    for digit in split:
        zeros -= 1
        if digit == "0":
            continue
        part, times = _AT_PLACE[zeros][digit]
        factored = factor * times
        value, formula = f"{factored}", f"{kept} * {part}"
        row = (_PARTS[place], formula, value, f"{formula} = {value}.", "")
        parts.append(_as_step(Step, row))
        total += factored
        if place:
            before, reached = reached, f"{total}"
            name, added = names[place]
            row = (name, added, reached, f"{before} + {value} = {reached}.", "")
            sums.append(_as_step(Step, row))
        else:
            reached = value
        place += 1
    parts += sums
    return parts


def place_values(number: int) -> list[int]:
    """The digits of a number at their places, zeros left out.

    Example:
        >>> place_values(4070)
        [4000, 70]
    """
    text = str(number)
    last = len(text) - 1
    return [int(digit) * 10 ** (last - place) for place, digit in enumerate(text) if digit != "0"]
