"""Products of two integers, split by place value (Goat, arXiv 2305.14201).

1 x n and n x m products; one in ten has a factor with trailing zeros. The factor with fewer digits
that are not zero is split, its parts are multiplied one by one and added up.
"""

from itertools import product
from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.keys import product_key
from underdog.generators.craft.notation import operand
from underdog.generators.craft.operands import MASK, MASK_BITS, MOST_DIGITS, range_of, threshold
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import share, whole

_ZEROS = threshold(0.1)
_BITS = 100  # for all choices of a draw, with spare ones that make them equally likely
_DIGIT_BITS = 4
_WORD_BITS = 4 * MASK_BITS + 1
_WORD_MASK = (1 << _WORD_BITS) - 1


@families.register("multiplication")
class Multiplication(KeyFirst[tuple[int, int]]):
    """Products of two integers.

    Args:
        digits: Most digits of the other factor when one factor has one digit, 1 to 16.
        product_digits: Most digits of both factors together in n x m products, 2 to 16.
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

    def draw(self, rng: Random) -> tuple[str, tuple[int, int]]:
        """Canonical key, and the two factors, from one draw of many bits."""
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
        if word >> 2 * MASK_BITS & MASK < self._negatives:
            left = -left
        if word >> 3 * MASK_BITS & MASK < self._negatives:
            right = -right
        factors = (right, left) if word >> 4 * MASK_BITS else (left, right)
        return product_key(left, right), factors

    def write(self, rng: Random, key: str, numbers: tuple[int, int]) -> Draft:
        """Draft of a problem: one product."""
        left, right = numbers
        steps = by_place_value(left, right)
        return Draft(
            self._questions.ask(rng, str(left), str(right)),
            steps[-1].value,
            steps,
            key,
            len(f"{abs(left)}{abs(right)}"),
            {"operator": "*", "operands": [left, right]},
        )


def _ranges(first: int, second: int) -> tuple[int, int, int, int]:
    """Lowest number and count of the numbers of two digit lengths: low, count, low, count."""
    return *range_of(first), *range_of(second)


def by_place_value(left: int, right: int) -> tuple[Step, ...]:
    """The steps of a product: one partial product per digit that is not zero, then their sum.

    Example:
        >>> [step.formula for step in by_place_value(14, 203)]
        ['14 * 200', '14 * 3', 'part_1 + part_2']
    """
    factor, parts = abs(left), place_values(right)
    if len(place_values(left)) < len(parts):
        factor, parts = abs(right), place_values(left)
    if len(parts) < 2:
        formula, value = f"{left} * {operand(right)}", str(left * right)
        return (Step("product", formula, value, f"{formula} = {value}."),)
    if (left < 0) == (right < 0):
        return tuple(_split_product(factor, parts, "product"))
    steps = _split_product(factor, parts, "size")
    size, value = steps[-1].value, f"-{steps[-1].value}"
    text = f"The factors have different signs, so the product is -1 * {size} = {value}."
    return (*steps, Step("product", "-1 * size", value, text))


def _split_product(factor: int, parts: list[int], last: str) -> list[Step]:
    """Steps for the product of `factor` with each part, then for the running sums.

    The last step is named `last`.
    """
    products: list[Step] = []
    sums: list[Step] = []
    total, name = 0, "part_1"
    for place, part in enumerate(parts, 1):
        formula, value = f"{factor} * {part}", factor * part
        products.append(Step(f"part_{place}", formula, str(value), f"{formula} = {value}."))
        before, total = total, total + value
        if place > 1:
            formula = f"{name} + part_{place}"
            name = last if place == len(parts) else f"sum_{place - 1}"
            sums.append(Step(name, formula, str(total), f"{before} + {value} = {total}."))
    return products + sums


def place_values(number: int) -> list[int]:
    """The digits of a number, each times its place value, zeros and sign left out.

    Example:
        >>> place_values(4070)
        [4000, 70]
    """
    text = str(abs(number))
    last = len(text) - 1
    return [int(digit) * 10 ** (last - place) for place, digit in enumerate(text) if digit != "0"]
