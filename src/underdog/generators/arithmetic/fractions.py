"""Sums, differences, products and quotients of fractions, and reducing them, as at school."""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from random import Random

from underdog.core.item import Draft, Step
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import whole

_REDUCE = (
    ("Reduce ", " to lowest terms."),
    ("Simplify the fraction ", "."),
    ("Write ", " in its simplest form."),
    ("What is ", " in lowest terms?"),
    ("Cancel ", " down as far as possible."),
    ("Bring ", " to its lowest terms."),
)
_LOWEST = "What is the result in lowest terms?"
_NOUNS = {
    "+": ("the sum of {0} and {1}", "{0} plus {1}"),
    "-": ("{0} minus {1}", "the difference when {1} is subtracted from {0}"),
    "*": ("the product of {0} and {1}", "{0} times {1}", "{0} of {1}"),
    "/": ("the quotient of {0} and {1}", "{0} divided by {1}"),
}
_REDUCE_MARK = "="
_BITS = 112  # of one draw: 43 for the numbers, the others make all numbers equally likely


@dataclass(frozen=True, slots=True)
class FractionNumbers:
    """An operation and its fractions, each as numerator and denominator; `=` has one fraction."""

    operator: str
    first: tuple[int, int]
    second: tuple[int, int] = (0, 1)


@families.register("fractions")
class Fractions(KeyFirst[FractionNumbers]):
    """Calculations with two fractions.

    Args:
        largest: Largest numerator or denominator, 4 to 1000.
        operators: Which of `+-*/=` occur; `=` asks to reduce one fraction.
        wording: `varied` or `plain`.
    """

    name = "fractions"
    version = 1
    checker = "numeric"
    forms = ("cot", "answer", "program", "socratic", "critique")

    def __init__(
        self, largest: int = 12, operators: str = "+-*/=", wording: str = "varied"
    ) -> None:
        self._largest = whole("largest", largest, 4, 1000)
        if not operators or not set(operators) <= set("+-*/="):
            raise ConfigError(f"operators must be some of +-*/=, got {operators!r}")
        self._operators = operators
        self._phrasing = Phrasing(wording)

    def draw(self, rng: Random) -> tuple[str, FractionNumbers]:
        """Canonical key, and an operation with its one or two fractions."""
        operators, largest = self._operators, self._largest
        bits, place = divmod(rng.getrandbits(_BITS), len(operators))
        operator = operators[place]
        bits, top = divmod(bits, largest)
        bits, bottom = divmod(bits, largest - 1)
        top, bottom = top + 1, bottom + 2
        if operator == _REDUCE_MARK:
            factor = 2 + bits % (largest - 1)
            top, bottom = top * factor, bottom * factor
            return f"reduce:{top}/{bottom}", FractionNumbers(operator, (top, bottom))
        bits, other_top = divmod(bits, largest)
        other = other_top + 1, bits % (largest - 1) + 2
        key = _key(operator, Fraction(top, bottom), Fraction(*other))
        return key, FractionNumbers(operator, (top, bottom), other)

    def write(self, rng: Random, key: str, numbers: FractionNumbers) -> Draft:
        """Draft of a problem: one calculation."""
        operator, first, second = numbers.operator, numbers.first, numbers.second
        if operator == _REDUCE_MARK:
            written = key[len("reduce:") :]
            steps = tuple(_reduced(*first))
            before, after = self._phrasing.pick(rng, _REDUCE)
            return Draft(before + written + after, steps[-1].value, steps, key, len(written))
        solve = _sum_steps if operator in "+-" else _product_steps
        steps = tuple(solve(operator, first, second))
        left, right = "{}/{}".format(*first), "{}/{}".format(*second)
        return Draft(
            self._question(rng, operator, left, right),
            steps[-1].value,
            steps,
            key,
            len(left) + len(right) + (operator in "+-"),
        )

    def _question(self, rng: Random, operator: str, first: str, second: str) -> str:
        pattern = self._phrasing.pick(rng, ("", "", *_NOUNS[operator]))
        if pattern:
            return self._phrasing.ask_noun(rng, pattern.format(first, second))
        if operator == "/":
            return self._phrasing.ask(rng, f"({first}) ÷ ({second})")
        sign = self._phrasing.symbols(rng).of(operator).strip()
        return self._phrasing.ask(rng, f"{first} {sign} {second}")


def _sum_steps(operator: str, first: tuple[int, int], second: tuple[int, int]) -> list[Step]:
    (top, bottom), (other_top, other_bottom) = first, second
    factor = other_bottom // gcd(bottom, other_bottom)
    common = bottom * factor
    other_factor = common // other_bottom
    left, right = top * factor, other_top * other_factor
    total = left + right if operator == "+" else left - right
    return [
        Step("denominator", f"{bottom} * {factor}", str(common),
             f"A common denominator is {bottom} * {factor} = {common}."),
        Step("first", f"{top} * {factor}", str(left),
             f"{top}/{bottom} has the numerator {top} * {factor} = {left} over it."),
        Step("second", f"{other_top} * {other_factor}", str(right),
             f"{other_top}/{other_bottom} has {other_top} * {other_factor} = {right}."),
        Step("numerator", f"first {operator} second", str(total),
             f"{left} {operator} {right} = {total}, which gives {total}/{common}."),
        *_reduced(total, common, "numerator", "denominator"),
    ]  # fmt: skip


def _product_steps(operator: str, first: tuple[int, int], second: tuple[int, int]) -> list[Step]:
    (top, bottom), (other_top, other_bottom) = first, second
    opening = ""
    if operator == "/":
        opening = (
            f"Dividing by {other_top}/{other_bottom} is multiplying by {other_bottom}/{other_top}: "
        )
        other_top, other_bottom = other_bottom, other_top
    numerator, denominator = top * other_top, bottom * other_bottom
    lead = f"{opening}the numerator is" if opening else "The numerator is"
    return [
        Step("numerator", f"{top} * {other_top}", str(numerator),
             f"{lead} {top} * {other_top} = {numerator}."),
        Step("denominator", f"{bottom} * {other_bottom}", str(denominator),
             f"The denominator is {bottom} * {other_bottom} = {denominator}."),
        *_reduced(numerator, denominator, "numerator", "denominator"),
    ]  # fmt: skip


def _reduced(top: int, bottom: int, top_name: str = "", bottom_name: str = "") -> list[Step]:
    """Steps that divide `top` and `bottom` by their greatest common divisor.

    The value of the last step is the reduced fraction.
    """
    divisor = gcd(top, bottom)
    high, low = str(top // divisor), str(bottom // divisor)
    above, below, by = str(top), str(bottom), str(divisor)
    top_name, bottom_name = top_name or above, bottom_name or below
    steps: list[Step] = []
    if divisor > 1:
        text = f"Both are divisible by {by}: {above} / {by} = {high}."
        steps.append(Step("low_numerator", f"{top_name} // {by}", high, text))
        text = f"{below} / {by} = {low}."
        steps.append(Step("low_denominator", f"{bottom_name} // {by}", low, text))
        top_name, bottom_name = "low_numerator", "low_denominator"
    if low == "1":
        text = f"The denominator is 1, so the result is {high}."
        steps.append(Step("result", f"{top_name} // {bottom_name}", high, text))
        return steps
    answer = f"{high}/{low}"
    formula = f'f"{{{top_name}}}/{{{bottom_name}}}"'
    steps.append(Step("result", formula, answer, f"{answer} is in lowest terms.", _LOWEST))
    return steps


def _key(operator: str, first: Fraction, second: Fraction) -> str:
    """Canonical key: the same for equal fractions, and for both orders except in a division."""
    if operator == "/":
        return f"div:{first},{second}"
    low, high = sorted((first, second))
    return f"{ {'+': 'add', '-': 'sub', '*': 'mul'}[operator] }:{low},{high}"
