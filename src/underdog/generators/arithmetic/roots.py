"""Square and cube roots: perfect ones, and square roots rounded to decimals.

A perfect root is bracketed by round numbers, then checked; a rounded one is bracketed by the two
neighbours at its last place and decided by the square of the number halfway between them.
"""

from math import isqrt
from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.decimal_text import decimal
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.knobs import share, whole

_SQUARE = ("the square root of {0}", "√{0}", "sqrt({0})", "the positive square root of {0}")
_CUBE = ("the cube root of {0}", "∛{0}", "cbrt({0})", "the third root of {0}")
_ROUNDED = (
    " rounded to {0} decimal place{1}",
    " to {0} decimal place{1}",
    ", rounded to {0} decimal place{1}",
)


@families.register("roots")
class Roots:
    """Roots of whole numbers.

    Args:
        largest: Largest root, 3 to 9999.
        cubes: Share of cube roots.
        places: Decimal places of rounded square roots, 0 to 4; 0 asks for perfect ones only.
        wording: `varied` or `plain`.
    """

    name = "roots"
    version = 1
    checker = "numeric"
    forms = ("cot", "answer", "program", "reversed")

    def __init__(
        self, largest: int = 99, cubes: float = 0.2, places: int = 0, wording: str = "varied"
    ) -> None:
        self._largest = whole("largest", largest, 3, 9999)
        self._cubes = share("cubes", cubes)
        self._places = whole("places", places, 0, 4)
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one root."""
        if rng.random() < self._cubes:
            root = rng.randint(2, self._largest)
            return self._perfect(rng, root, 3, _CUBE)
        if self._places and rng.random() < 0.5:
            return self._rounded(rng, rng.randint(2, self._largest**2))
        return self._perfect(rng, rng.randint(2, self._largest), 2, _SQUARE)

    def _perfect(self, rng: Random, root: int, power: int, nouns: tuple[str, ...]) -> Draft:
        number = root**power
        steps = _bracket(root, power) if root > 10 else []
        times = " * ".join([str(root)] * power)
        exponent = "0.5" if power == 2 else "(1 / 3)"
        text = f"{times} = {number}, so the root is {root}."
        steps.append(Step("root", f"round({number} ** {exponent})", str(root), text))
        return Draft(
            self._phrasing.ask_noun(rng, self._phrasing.pick(rng, nouns).format(number)),
            str(root),
            tuple(steps),
            f"root:{number},{power}",
            len(str(number)) + power - 2,
        )

    def _rounded(self, rng: Random, number: int) -> Draft:
        places = rng.randint(1, self._places)
        low = isqrt(number * 100**places)
        above = number * 100 ** (places + 1) > (10 * low + 5) ** 2
        answer = decimal(low + above, places)
        noun = self._phrasing.pick(rng, _SQUARE).format(number)
        noun += self._phrasing.pick(rng, _ROUNDED).format(places, "" if places == 1 else "s")
        return Draft(
            self._phrasing.ask_noun(rng, noun),
            answer,
            _halfway(number, low, places, answer),
            f"root:{number},2",
            len(str(number)) + places,
        )


def _bracket(root: int, power: int) -> list[Step]:
    """Steps with the powers of the round numbers below and above the root."""
    size = 10 ** (len(str(root)) - 1)
    steps: list[Step] = []
    for name, bound in (("low", root // size * size), ("high", (root // size + 1) * size)):
        formula = " * ".join([str(bound)] * power)
        value = str(bound**power)
        relation = "not above" if name == "low" else "above"
        text = f"{formula} = {value}, which is {relation} {root**power}."
        steps.append(Step(name, formula, value, text))
    return steps


def _halfway(number: int, low: int, places: int, answer: str) -> tuple[Step, ...]:
    lower, upper = decimal(low, places), decimal(low + 1, places)
    middle = decimal(10 * low + 5, places + 1)
    square = decimal((10 * low + 5) ** 2, 2 * places + 2)
    side = "below" if answer == upper else "above"
    return (
        Step("low_square", f"{lower} * {lower}", decimal(low * low, 2 * places),
             f"{lower} * {lower} = {decimal(low * low, 2 * places)}, which is not above {number}."),
        Step("middle_square", f"{middle} * {middle}", square,
             f"Halfway to {upper}, {middle} * {middle} = {square}, which is {side} {number}."),
        Step("root", f"round({number} ** 0.5, {places})", answer,
             f"So the root rounds to {answer}."),
    )  # fmt: skip
