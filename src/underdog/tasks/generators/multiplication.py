"""Products of two integers, split by place value (Goat, arXiv 2305.14201).

1 x n and n x m products; one in ten has a factor with trailing zeros. The factor with fewer digits
that are not zero is split, its parts are multiplied one by one and added up.
"""

from random import Random

from underdog.core.item import Draft, Step
from underdog.tasks.generators import families
from underdog.tasks.keys import product_key
from underdog.tasks.knobs import share, whole
from underdog.tasks.operands import MOST_DIGITS, number_of, signed
from underdog.tasks.phrasing import PLAIN_SYMBOLS, Phrasing, bracketed

_ZEROS_SHARE = 0.1


@families.register("multiplication")
class Multiplication:
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
        self._digits = whole("digits", digits, 1, MOST_DIGITS)
        self._product_digits = whole("product_digits", product_digits, 2, MOST_DIGITS)
        self._short = share("short", short)
        self._negatives = share("negatives", negatives)
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """One product."""
        left, right = self._factors(rng)
        if self._negatives:
            left, right = signed(rng, self._negatives, left), signed(rng, self._negatives, right)
        return Draft(
            self._phrasing.operation(rng, "*", left, right),
            str(left * right),
            tuple(by_place_value(left, right)),
            product_key(left, right),
            len(str(abs(left))) + len(str(abs(right))),
            {"operator": "*", "operands": [left, right]},
        )

    def _factors(self, rng: Random) -> tuple[int, int]:
        if self._product_digits < 4 or rng.random() < self._short:
            left, right = rng.randint(0, 9), number_of(rng, rng.randint(1, self._digits))
        else:
            first = rng.randint(2, self._product_digits - 2)
            left = number_of(rng, first)
            right = number_of(rng, rng.randint(2, self._product_digits - first))
        if rng.random() < _ZEROS_SHARE:
            right -= right % 10 ** rng.randint(1, len(str(right)))
            right = right or 10
        return (left, right) if rng.randint(0, 1) else (right, left)


def by_place_value(left: int, right: int) -> list[Step]:
    """The steps of a product: one partial product per digit that is not zero, then their sum.

    Example:
        >>> [step.formula for step in by_place_value(14, 203)]
        ['203 * 10', '203 * 4', 'part_1 + part_2']
    """
    kept, split = abs(left), abs(right)
    if _parts_of(kept) < _parts_of(split):
        kept, split = split, kept
    parts = place_values(split)
    product = left * right
    if len(parts) < 2:
        formula = bracketed("*", str(left), str(right), PLAIN_SYMBOLS)
        return [Step("product", formula, str(product), f"{formula} = {product}.")]
    negative = product < 0
    steps = _partial_products(kept, parts)
    steps += _running_sums(kept, parts, "size" if negative else "product")
    if negative:
        text = f"The factors have different signs, so the product is -1 * {-product} = {product}."
        steps.append(Step("product", "-1 * size", str(product), text))
    return steps


def place_values(number: int) -> list[int]:
    """The digits of a number at their places, zeros left out.

    Example:
        >>> place_values(4070)
        [4000, 70]
    """
    text = str(number)
    last = len(text) - 1
    return [int(digit) * 10 ** (last - place) for place, digit in enumerate(text) if digit != "0"]


def _parts_of(number: int) -> int:
    text = str(number)
    return len(text) - text.count("0")


def _partial_products(kept: int, parts: list[int]) -> list[Step]:
    steps: list[Step] = []
    for place, part in enumerate(parts, 1):
        formula, value = f"{kept} * {part}", kept * part
        steps.append(Step(f"part_{place}", formula, str(value), f"{formula} = {value}."))
    return steps


def _running_sums(kept: int, parts: list[int], last_name: str) -> list[Step]:
    steps: list[Step] = []
    name, total = "part_1", kept * parts[0]
    for place in range(1, len(parts)):
        added = kept * parts[place]
        formula = f"{name} + part_{place + 1}"
        name = last_name if place == len(parts) - 1 else f"sum_{place}"
        text = f"{total} + {added} = {total + added}."
        total += added
        steps.append(Step(name, formula, str(total), text))
    return steps
