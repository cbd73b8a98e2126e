"""Rounding whole numbers and decimals; halves are rounded up."""

from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.decimal_text import decimal
from underdog.generators.craft.operands import number_of
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.knobs import share, whole

_UNITS = ("ten", "hundred", "thousand", "ten thousand", "hundred thousand", "million")
_TO_UNIT = (
    "Round {0} to the nearest {1}.",
    "What is {0} rounded to the nearest {1}?",
    "Give {0} to the nearest {1}.",
    "{0} to the nearest {1} is what?",
    "Write {0} rounded to the nearest {1}.",
)
_TO_PLACES = (
    "Round {0} to {1} decimal place{2}.",
    "What is {0} rounded to {1} decimal place{2}?",
    "Give {0} to {1} decimal place{2}.",
    "Write {0} with {1} digit{2} after the decimal point.",
    "Shorten {0} to {1} decimal place{2}, rounding correctly.",
)


@families.register("rounding")
class Rounding:
    """Rounding to tens, hundreds, … or to decimal places.

    Args:
        digits: Most digits before the point, 2 to 12.
        places: Most digits after it, 2 to 6.
        decimals: Share of items with a decimal point.
        wording: `varied` or `plain`.
    """

    name = "rounding"
    version = 1
    checker = "numeric"
    forms = ("cot", "answer", "program", "equations", "reversed")

    def __init__(
        self, digits: int = 6, places: int = 4, decimals: float = 0.5, wording: str = "varied"
    ) -> None:
        self._digits = whole("digits", digits, 2, 12)
        self._places = whole("places", places, 2, 6)
        self._decimals = share("decimals", decimals)
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one number to round."""
        return self._to_places(rng) if rng.random() < self._decimals else self._to_unit(rng)

    def _to_unit(self, rng: Random) -> Draft:
        digits = rng.randint(2, self._digits)
        number = number_of(rng, digits)
        zeros = rng.randint(1, min(digits - 1, len(_UNITS)))
        size = 10**zeros
        text = self._phrasing.pick(rng, _TO_UNIT).format(number, _UNITS[zeros - 1])
        steps = _steps(number, size, 0, number // size * size)
        return Draft(text, steps[-1].value, steps, f"round:{number},{size}", digits)

    def _to_places(self, rng: Random) -> Draft:
        places = rng.randint(2, self._places)
        units = 10 * number_of(rng, rng.randint(1, self._digits) + places - 1) + rng.randint(1, 9)
        kept = rng.randint(0, places - 1)
        if kept:
            pattern = self._phrasing.pick(rng, _TO_PLACES)
            text = pattern.format(decimal(units, places), kept, "" if kept == 1 else "s")
        else:
            pattern = self._phrasing.pick(rng, _TO_UNIT)
            text = pattern.format(decimal(units, places), "whole number")
        size = 10 ** (places - kept)
        steps = _steps(units, size, places, units // size * size)
        key = f"round:{decimal(units, places)},{decimal(1, kept)}"
        return Draft(text, steps[-1].value, steps, key, len(str(units)))


def _steps(units: int, size: int, places: int, low: int) -> tuple[Step, ...]:
    """Steps that add half of `size`, count whole multiples of it, and write the result.

    The arguments are whole numbers in units of the last place, so the steps are exact.
    """
    count = (units + size // 2) // size
    answer = decimal(count * size, places)
    number, half = decimal(units, places), decimal(size // 2, places)
    between = f"{number} lies between {decimal(low, places)} and {decimal(low + size, places)}."
    raised = decimal(units + size // 2, places)
    return (
        Step("raised", f"{number} + {half}", raised, f"{between} {number} + {half} = {raised}."),
        Step("count", f"({units} + {size // 2}) // {size}", str(count),
             f"That has {count} whole units of {decimal(size, places)}."),
        Step("rounded", f"count * {size} / {10**places}" if places else f"count * {size}", answer,
             f"{count} * {decimal(size, places)} = {answer}."),
    )  # fmt: skip
