"""Products of two integers, split by place value (Goat, arXiv 2305.14201).

1 x n and n x m products; one in ten has a factor with trailing zeros. The factor with fewer digits
that are not zero is split, its parts are multiplied one by one and added up.
"""

from itertools import product
from random import Random

from underdog.core.item import Draft, Step, StepRow, steps_of
from underdog.tasks.generators import families
from underdog.tasks.key_first import KeyFirst
from underdog.tasks.knobs import share, whole
from underdog.tasks.operands import MASK, MASK_BITS, MOST_DIGITS, range_of, threshold
from underdog.tasks.phrasing import PLAIN_SYMBOLS, Phrasing, bracketed

_ZEROS = threshold(0.1)
_BITS = 100  # for a draw's choices, and to spare so that all are fair
_DIGIT_BITS = 4
_WORD_BITS = 4 * MASK_BITS + 1
_WORD_MASK = (1 << _WORD_BITS) - 1
_PARTS = tuple(f"part_{place}" for place in range(1, MOST_DIGITS + 1))
_SUMS = tuple(f"sum_{place}" for place in range(MOST_DIGITS))


@families.register("multiplication")
class Multiplication(KeyFirst[tuple[int, int]]):
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
        self._phrasing = Phrasing(wording)

    def draw(self, rng: Random) -> tuple[str, tuple[int, int]]:
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
        key = f"mul:{left},{right}" if left <= right else f"mul:{right},{left}"
        if self._negatives:
            if word >> 2 * MASK_BITS & MASK < self._negatives:
                left = -left
            if word >> 3 * MASK_BITS & MASK < self._negatives:
                right = -right
        return key, (right, left) if word >> 4 * MASK_BITS else (left, right)

    def write(self, rng: Random, key: str, numbers: tuple[int, int]) -> Draft:
        """One product."""
        left, right = numbers
        steps = by_place_value(left, right)
        return Draft(
            self._phrasing.operation(rng, "*", str(left), str(right)),
            steps[-1].value,
            steps,
            key,
            len(key) - len("mul:,"),
            {"operator": "*", "operands": [left, right]},
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
    kept, split = str(abs(left)), str(abs(right))
    count = len(split) - split.count("0")
    others = len(kept) - kept.count("0")
    if others < count:
        kept, split, count = split, kept, others
    if count < 2:
        formula, value = bracketed("*", str(left), str(right), PLAIN_SYMBOLS), str(left * right)
        return (Step("product", formula, value, f"{formula} = {value}."),)
    negative = (left < 0) != (right < 0)
    rows = _split_product(kept, split, count, "size" if negative else "product")
    if negative:
        size, value = rows[-1][2], f"-{rows[-1][2]}"
        text = f"The factors have different signs, so the product is -1 * {size} = {value}."
        rows.append(("product", "-1 * size", value, text, ""))
    return steps_of(rows)


def _split_product(kept: str, split: str, count: int, last_name: str) -> list[StepRow]:
    """Partial products of `kept` with the `count` digits of `split` that are not zero; sums."""
    parts: list[StepRow] = []
    sums: list[StepRow] = []
    factor, place, total, reached, name = int(kept), 0, 0, "", _PARTS[0]
    zeros = len(split)
    for digit in split:
        zeros -= 1
        if digit == "0":
            continue
        part = digit + "0" * zeros
        factored = factor * int(part)
        value, formula = str(factored), f"{kept} * {part}"
        parts.append((_PARTS[place], formula, value, f"{formula} = {value}.", ""))
        total += factored
        if place:
            before, reached = reached, str(total)
            following = last_name if place == count - 1 else _SUMS[place]
            sentence = f"{before} + {value} = {reached}."
            sums.append((following, f"{name} + {_PARTS[place]}", reached, sentence, ""))
            name = following
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
