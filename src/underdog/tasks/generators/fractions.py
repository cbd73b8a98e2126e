"""Sums, differences, products and quotients of fractions, and reducing them, as at school."""

from fractions import Fraction
from math import gcd
from random import Random

from underdog.core.item import Draft, Step
from underdog.errors import ConfigError
from underdog.tasks.generators import families
from underdog.tasks.knobs import whole
from underdog.tasks.phrasing import Phrasing

_REDUCE = (
    "Reduce {0} to lowest terms.",
    "Simplify the fraction {0}.",
    "Write {0} in its simplest form.",
    "What is {0} in lowest terms?",
    "Cancel {0} down as far as possible.",
    "Bring {0} to its lowest terms.",
)
_NOUNS = {
    "+": ("the sum of {0} and {1}", "{0} plus {1}"),
    "-": ("{0} minus {1}", "the difference when {1} is subtracted from {0}"),
    "*": ("the product of {0} and {1}", "{0} times {1}", "{0} of {1}"),
    "/": ("the quotient of {0} and {1}", "{0} divided by {1}"),
}
_REDUCE_MARK = "="


@families.register("fractions")
class Fractions:
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

    def draft(self, rng: Random) -> Draft:
        """One calculation."""
        operator = rng.choice(self._operators)
        if operator == _REDUCE_MARK:
            return self._reducing(rng)
        top, bottom = self._fraction(rng)
        other_top, other_bottom = self._fraction(rng)
        first, second = f"{top}/{bottom}", f"{other_top}/{other_bottom}"
        if operator in "+-":
            steps = _sum_steps(operator, (top, bottom), (other_top, other_bottom))
        else:
            steps = _product_steps(operator, (top, bottom), (other_top, other_bottom))
        key = _key(operator, Fraction(top, bottom), Fraction(other_top, other_bottom))
        return Draft(
            self._question(rng, operator, first, second),
            steps[-1].value,
            tuple(steps),
            key,
            len(first) + len(second) + (operator in "+-"),
        )

    def _question(self, rng: Random, operator: str, first: str, second: str) -> str:
        pattern = self._phrasing.pick(rng, ("", "", *_NOUNS[operator]))
        if pattern:
            return self._phrasing.ask_noun(rng, pattern.format(first, second))
        if operator == "/":
            return self._phrasing.ask(rng, f"({first}) ÷ ({second})")
        sign = self._phrasing.symbols(rng).of(operator).strip()
        return self._phrasing.ask(rng, f"{first} {sign} {second}")

    def _fraction(self, rng: Random) -> tuple[int, int]:
        return rng.randint(1, self._largest), rng.randint(2, self._largest)

    def _reducing(self, rng: Random) -> Draft:
        top, bottom = self._fraction(rng)
        factor = rng.randint(2, self._largest)
        top, bottom = top * factor, bottom * factor
        steps = _reduced(top, bottom)
        written = f"{top}/{bottom}"
        return Draft(
            self._phrasing.pick(rng, _REDUCE).format(written),
            steps[-1].value,
            tuple(steps),
            f"reduce:{written}",
            len(written),
        )


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
    """Divide both by their greatest common divisor; the last step is the fraction as an answer."""
    divisor = gcd(top, bottom)
    low_top, low_bottom = top // divisor, bottom // divisor
    top_name, bottom_name = top_name or str(top), bottom_name or str(bottom)
    steps: list[Step] = []
    if divisor > 1:
        steps = [
            Step("low_numerator", f"{top_name} // {divisor}", str(low_top),
                 f"Both are divisible by {divisor}: {top} / {divisor} = {low_top}."),
            Step("low_denominator", f"{bottom_name} // {divisor}", str(low_bottom),
                 f"{bottom} / {divisor} = {low_bottom}."),
        ]  # fmt: skip
        top_name, bottom_name = "low_numerator", "low_denominator"
    if low_bottom == 1:
        text = f"The denominator is 1, so the result is {low_top}."
        return [*steps, Step("result", f"{top_name} // {bottom_name}", str(low_top), text)]
    answer = f"{low_top}/{low_bottom}"
    text = f"{answer} is in lowest terms."
    question = "What is the result in lowest terms?"
    formula = f'f"{{{top_name}}}/{{{bottom_name}}}"'
    return [*steps, Step("result", formula, answer, text, question)]


def _key(operator: str, first: Fraction, second: Fraction) -> str:
    """Fractions that are equal share a key, and so do both orders except in a division."""
    if operator == "/":
        return f"div:{first},{second}"
    low, high = sorted((first, second))
    return f"{ {'+': 'add', '-': 'sub', '*': 'mul'}[operator] }:{low},{high}"
