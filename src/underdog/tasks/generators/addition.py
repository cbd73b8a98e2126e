"""Sums of two integers (Goat, arXiv 2305.14201; carries balanced as in arXiv 2307.03381)."""

from random import Random

from underdog.core.item import Draft, Step
from underdog.tasks.form_sets import INTEGER_COLUMNS
from underdog.tasks.generators import families
from underdog.tasks.keys import sum_key
from underdog.tasks.knobs import share
from underdog.tasks.operands import Operands, signed
from underdog.tasks.phrasing import PLAIN_SYMBOLS, Phrasing, bracketed


@families.register("addition")
class Addition:
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
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """One sum."""
        left, right = self._operands.draw(rng)
        left, right = signed(rng, self._negatives, left), signed(rng, self._negatives, right)
        formula = bracketed("+", str(left), str(right), PLAIN_SYMBOLS)
        total = str(left + right)
        return Draft(
            self._phrasing.operation(rng, "+", left, right),
            total,
            (Step("total", formula, total, f"{formula} = {total}."),),
            sum_key((left, right)),
            max(len(str(abs(left))), len(str(abs(right)))),
            {"operator": "+", "operands": [left, right]},
        )
