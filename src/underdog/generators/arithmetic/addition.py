"""Sums of two integers (Goat, arXiv 2305.14201; carries balanced as in arXiv 2307.03381)."""

from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.keys import sum_key
from underdog.generators.craft.operands import Operands, signed
from underdog.generators.craft.phrasing import PLAIN_SYMBOLS, Phrasing, bracketed
from underdog.generators.form_sets import INTEGER_COLUMNS
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import share


@families.register("addition")
class Addition(KeyFirst[tuple[int, int]]):
    """Sums of two integers of up to `digits` digits.

    Args:
        digits: Most digits of a summand, 1 to 16.
        negatives: Share of summands that are negative.
        carries: `natural`, or `balanced`: 0, 1, … or all columns carry, equally often.
        wording: `varied` or `plain`.
    """

    name = "addition"
    version = 2
    checker = "numeric"
    forms = INTEGER_COLUMNS

    def __init__(
        self,
        digits: int = 6,
        negatives: float = 0.0,
        carries: str = "natural",
        wording: str = "varied",
    ) -> None:
        self._operands = Operands(digits, carries)
        self._negatives = share("negatives", negatives)
        self._questions = Phrasing(wording).operation("+")

    def draw(self, rng: Random) -> tuple[str, tuple[int, int]]:
        """Canonical key, and the two summands."""
        left, right = self._operands.draw(rng)
        if self._negatives:
            left, right = signed(rng, self._negatives, left), signed(rng, self._negatives, right)
        return sum_key((left, right)), (left, right)

    def write(self, rng: Random, key: str, numbers: tuple[int, int]) -> Draft:
        """Draft of a problem: one sum."""
        left, right = numbers
        first, second = str(left), str(right)
        formula, value = bracketed("+", first, second, PLAIN_SYMBOLS), str(left + right)
        return Draft(
            self._questions.ask(rng, first, second),
            value,
            (Step("total", formula, value, f"{formula} = {value}."),),
            key,
            max(len(first) - (left < 0), len(second) - (right < 0)),
            {"operator": "+", "operands": [left, right]},
        )
