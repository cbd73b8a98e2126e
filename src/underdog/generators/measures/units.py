"""Converting units of length, mass, volume, time and area, also from mixed ones (2 h 35 min).

Factors are exact; only units whose ratio is exact occur in one question.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.decimal_text import decimal, exact_places
from underdog.generators.craft.operands import number_of
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.form_sets import NUMERIC_CHAINS
from underdog.generators.knobs import kinds_of, share, whole

_MOST_PLACES = 6


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; `size` is its length, mass, … in the smallest unit of its system."""

    short: str
    plural: str
    size: int


@cache
def systems() -> dict[str, tuple[Unit, ...]]:
    """Units by system, the smallest first, from `units.toml`; read on first use."""
    import tomllib

    listed = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        system: tuple(Unit(short, *rest) for short, rest in units.items())
        for system, units in listed.items()
    }


_QUESTIONS = (
    "How many {1} are {0}?",
    "Convert {0} to {1}.",
    "What is {0} in {1}?",
    "Express {0} in {1}.",
    "Change {0} into {1}.",
    "How many {1} is {0} equal to?",
    "Write {0} as {1}.",
)


@families.register("units")
class Units:
    """Conversions between two units of the same system.

    Args:
        system: `any`, or one of `length`, `mass`, `volume`, `time`, `area`, `imperial`, `ounces`.
        digits: Most digits of the number, 1 to 6.
        decimals: Share of numbers with one decimal place, where the unit is converted to a smaller.
        mixed: Share of items that combine two units, as in 2 h 35 min.
        wording: `varied` or `plain`.
    """

    name = "units"
    version = 1
    checker = "numeric"
    forms = NUMERIC_CHAINS

    def __init__(
        self,
        system: str = "any",
        digits: int = 3,
        decimals: float = 0.3,
        mixed: float = 0.25,
        wording: str = "varied",
    ) -> None:
        self._systems = kinds_of("system", system, systems())
        self._digits = whole("digits", digits, 1, 6)
        self._decimals = share("decimals", decimals)
        self._mixed = share("mixed", mixed)
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one conversion."""
        units = systems()[rng.choice(self._systems)]
        low = rng.randint(0, len(units) - 2)
        small, large = units[low], units[rng.randint(low + 1, min(low + 2, len(units) - 1))]
        if rng.random() < self._mixed:
            return self._mixture(rng, small, large)
        number = number_of(rng, rng.randint(1, self._digits)) or 1
        if rng.random() < 0.5:
            places = int(rng.random() < self._decimals)
            return self._down(rng, small, large, number, places)
        return self._up(rng, small, large, number)

    def _down(self, rng: Random, small: Unit, large: Unit, units: int, places: int) -> Draft:
        factor = large.size // small.size
        number, answer = decimal(units, places), decimal(units * factor, places)
        steps = (
            _factor(small, large, factor),
            Step("result", f"{number} * factor", answer,
                 f"{_amount(number, large)} are {number} * {factor} = {answer} {small.plural}."),
        )  # fmt: skip
        return self._finish(rng, _amount(number, large), small, large, steps, Fraction(answer))

    def _up(self, rng: Random, small: Unit, large: Unit, number: int) -> Draft:
        factor = large.size // small.size
        places = exact_places(number, factor, _MOST_PLACES)
        if places is None:
            number, places = number * factor, 0
        answer = decimal(number * 10**places // factor, places)
        amount = _amount(str(number), small)
        text = f"{amount} are {number} / {factor} = {answer} {large.plural}."
        steps = (
            _factor(small, large, factor),
            Step("result", f"{number} / factor", answer, text),
        )
        return self._finish(rng, amount, large, small, steps, Fraction(number))

    def _mixture(self, rng: Random, small: Unit, large: Unit) -> Draft:
        factor = large.size // small.size
        many, few = rng.randint(1, 12), rng.randint(1, min(factor - 1, 999))
        total = many * factor + few
        amount = f"{many} {large.short} {few} {small.short}"
        converted = f"{many} * {factor} = {many * factor} {small.plural}"
        steps = (
            _factor(small, large, factor),
            Step("converted", f"{many} * factor", str(many * factor),
                 f"{_amount(str(many), large)} are {converted}."),
            Step("result", f"converted + {few}", str(total),
                 f"Together {many * factor} + {few} = {total} {small.plural}."),
        )  # fmt: skip
        return self._finish(rng, amount, small, large, steps, Fraction(total))

    def _finish(
        self,
        rng: Random,
        amount: str,
        target: Unit,
        other: Unit,
        steps: tuple[Step, ...],
        smallest: Fraction,
    ) -> Draft:
        """Draft of a conversion; its key is the same for both directions.

        Args:
            rng: Source of the wording.
            amount: The amount to convert, with its unit.
            target: Unit of the answer.
            other: The other unit of the conversion.
            steps: Steps of the solution.
            smallest: The amount in the smaller of the two units.
        """
        low, high = sorted((target, other), key=lambda unit: unit.size)
        text = self._phrasing.pick(rng, _QUESTIONS).format(amount, target.plural)
        key = f"convert:{smallest},{low.short},{high.short}"
        return Draft(text, steps[-1].value, steps, key, len(steps) + len(str(smallest)))


def _factor(small: Unit, large: Unit, factor: int) -> Step:
    text = f"There are {factor} {small.plural} in 1 {large.short}."
    return Step("factor", str(factor), str(factor), text)


def _amount(number: str, unit: Unit) -> str:
    return f"{number} {unit.short if number == '1' else unit.plural}"
