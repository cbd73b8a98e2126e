"""Differences of two integers, half of them below zero (Goat, arXiv 2305.14201)."""

from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.keys import sum_key
from underdog.generators.craft.operands import CARRIES, Operands, signed
from underdog.generators.craft.phrasing import PLAIN_SYMBOLS, Phrasing, bracketed
from underdog.generators.form_sets import INTEGER_COLUMNS
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import share


@families.register("subtraction")
class Subtraction(KeyFirst[tuple[int, int]]):
    """Differences of two integers of up to `digits` digits.

    Args:
        digits: Most digits of a number, 1 to 16 (one more for the larger one when balanced).
        swapped: Share of items in which the larger number is subtracted from the smaller.
        negatives: Share of operands that are negative.
        borrows: `natural`, or `balanced`: 0, 1, … or all columns borrow, equally often.
        wording: `varied` or `plain`.
    """

    name = "subtraction"
    version = 1
    checker = "numeric"
    forms = INTEGER_COLUMNS

    def __init__(
        self,
        digits: int = 6,
        swapped: float = 0.5,
        negatives: float = 0.0,
        borrows: str = CARRIES[0],
        wording: str = "varied",
    ) -> None:
        self._operands = Operands(digits, borrows)
        self._balanced = borrows == "balanced"
        self._swapped = share("swapped", swapped)
        self._negatives = share("negatives", negatives)
        self._questions = Phrasing(wording).operation("-")

    def draw(self, rng: Random) -> tuple[str, tuple[int, int]]:
        """Canonical key, and the two numbers."""
        left, right = self._pair(rng)
        if self._negatives:
            left, right = signed(rng, self._negatives, left), signed(rng, self._negatives, right)
        return sum_key((left, -right)), (left, right)

    def write(self, rng: Random, key: str, numbers: tuple[int, int]) -> Draft:
        """Draft of a problem: one difference."""
        left, right = numbers
        first, second = str(left), str(right)
        formula, value = bracketed("-", first, second, PLAIN_SYMBOLS), str(left - right)
        return Draft(
            self._questions.ask(rng, first, second),
            value,
            (Step("difference", formula, value, f"{formula} = {value}."),),
            key,
            max(len(first) - (left < 0), len(second) - (right < 0)),
            {"operator": "-", "operands": [left, right]},
        )

    def _pair(self, rng: Random) -> tuple[int, int]:
        """Two numbers; a column of a - b borrows exactly where that of b + (a - b) carries."""
        left, right = self._operands.draw(rng)
        if self._balanced:
            left += right
        if left < right:
            left, right = right, left
        return (right, left) if rng.random() < self._swapped else (left, right)
