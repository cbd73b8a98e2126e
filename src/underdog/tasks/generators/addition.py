"""Sums of two integers, the digit lengths drawn evenly (Goat, arXiv 2305.14201)."""

from random import Random

from underdog.core.item import Draft, Step
from underdog.tasks.generators import families
from underdog.tasks.knobs import whole


@families.register("addition")
class Addition:
    """Sums of two non-negative integers of up to `digits` digits."""

    name = "addition"
    version = 1
    checker = "numeric"
    forms = ("answer", "cot", "equations", "program")

    def __init__(self, digits: int = 6) -> None:
        self._digits = whole("digits", digits, 1, 16)

    def draft(self, rng: Random) -> Draft:
        """One sum."""
        left, right = self._operand(rng), self._operand(rng)
        total = left + right
        low, high = sorted((left, right))
        return Draft(
            text=f"What is {left} + {right}?",
            answer=str(total),
            steps=(Step("total", f"{left} + {right}", str(total), f"{left} + {right} = {total}."),),
            key=f"add:{low},{high}",
            difficulty=len(str(high)),
            meta={"operator": "+", "operands": [left, right]},
        )

    def _operand(self, rng: Random) -> int:
        length = rng.randint(1, self._digits)
        return rng.randrange(10 ** (length - 1) if length > 1 else 0, 10**length)
