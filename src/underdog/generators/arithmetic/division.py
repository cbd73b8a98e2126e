"""Divisions of integers, exact or with remainder (Goat, arXiv 2305.14201).

A divisor of one digit takes a single step. A longer one takes long division, where each step takes
away a place-value multiple of the divisor. An answer with remainder is written `17 R 5`; dividing
by zero never occurs.
"""

from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.arithmetic.multiplication import place_values
from underdog.generators.craft.operands import MOST_DIGITS, number_of
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.knobs import share, whole

_WITH_REMAINDER = (
    "{0} Give the remainder as well, like 7 R 2.",
    "{0} Answer as quotient R remainder.",
    "{0} Write the result with its remainder (q R r).",
    "{0} (quotient R remainder)",
)


@families.register("division")
class Division:
    """Divisions of whole numbers.

    Args:
        digits: Most digits of a dividend, 1 to 16.
        divisor_digits: Most digits of a divisor.
        quotient_digits: Most digits of a quotient by a divisor of several digits.
        short: Share of items whose divisor has one digit.
        remainders: Share of divisions with a remainder.
        wording: `varied` or `plain`.
    """

    name = "division"
    version = 1
    checker = "exact:ignore_case=true"
    forms = (
        "cot",
        "answer",
        "program",
        "equations",
        "equation_system",
        "reversed",
        "socratic",
        "critique",
    )

    def __init__(
        self,
        digits: int = 8,
        divisor_digits: int = 4,
        quotient_digits: int = 4,
        short: float = 0.4,
        remainders: float = 0.5,
        wording: str = "varied",
    ) -> None:
        self._digits = whole("digits", digits, 1, MOST_DIGITS)
        self._divisor_digits = whole("divisor_digits", divisor_digits, 1, MOST_DIGITS // 2)
        self._quotient_digits = whole("quotient_digits", quotient_digits, 1, MOST_DIGITS // 2)
        self._short = share("short", short)
        self._remainders = share("remainders", remainders)
        self._phrasing = Phrasing(wording)
        self._questions = self._phrasing.operation("/")

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one division."""
        divisor, quotient = self._numbers(rng)
        rest = 0
        if divisor > 1 and rng.random() < self._remainders:
            rest = rng.randint(1, divisor - 1)
        dividend = divisor * quotient + rest
        text = self._questions.ask(rng, str(dividend), str(divisor))
        if rest:
            text = self._phrasing.pick(rng, _WITH_REMAINDER).format(text)
        return Draft(
            text,
            f"{quotient} R {rest}" if rest else str(quotient),
            tuple(long_division(dividend, divisor)),
            f"div:{dividend},{divisor}",
            len(str(dividend)) + len(str(divisor)),
            {"operator": "/", "operands": [dividend, divisor]},
        )

    def _numbers(self, rng: Random) -> tuple[int, int]:
        """Divisor and quotient, of lengths that keep the dividend within `digits`."""
        if self._divisor_digits == 1 or rng.random() < self._short:
            divisor, most = rng.randint(1, 9), self._digits - 1
        else:
            length = rng.randint(2, self._divisor_digits)
            divisor = number_of(rng, length)
            most = min(self._quotient_digits, self._digits - length)
        if most < 1:
            return divisor, rng.randint(0, 9 // min(divisor, 9))
        return divisor, number_of(rng, rng.randint(1, most))


def long_division(dividend: int, divisor: int) -> list[Step]:
    """The steps of a division, the last one its answer.

    Example:
        >>> [step.value for step in long_division(1234, 50)]
        ['1000', '234', '200', '34', '24', '24 R 34']
    """
    quotient, rest = divmod(dividend, divisor)
    parts = place_values(quotient)
    if divisor < 10 or len(parts) < 2:
        return _at_once(dividend, divisor, quotient, rest)
    steps: list[Step] = []
    left, name = dividend, str(dividend)
    for place, part in enumerate(parts, 1):
        taken = divisor * part
        formula = f"{divisor} * {part}"
        steps.append(Step(f"taken_{place}", formula, str(taken), f"{formula} = {taken}."))
        formula = f"{name} - taken_{place}"
        text = f"{left} - {taken} = {left - taken}."
        left, name = left - taken, f"rest_{place}"
        steps.append(Step(name, formula, str(left), text))
    formula = " + ".join(map(str, parts))
    text = f"The quotient is {formula} = {quotient}."
    steps.append(Step("quotient", formula, str(quotient), text))
    return [*steps, _with_rest(quotient, rest, name)] if rest else steps


def _at_once(dividend: int, divisor: int, quotient: int, rest: int) -> list[Step]:
    if not rest:
        formula = f"{dividend} // {divisor}"
        text = f"{dividend} / {divisor} = {quotient}."
        return [Step("quotient", formula, str(quotient), text)]
    taken = quotient * divisor
    return [
        Step("quotient", f"{dividend} // {divisor}", str(quotient),
             f"{divisor} goes {quotient} times into {dividend}."),
        Step("taken", f"quotient * {divisor}", str(taken), f"{quotient} * {divisor} = {taken}."),
        Step("rest", f"{dividend} - taken", str(rest), f"{dividend} - {taken} = {rest}."),
        _with_rest(quotient, rest, "rest"),
    ]  # fmt: skip


def _with_rest(quotient: int, rest: int, name: str) -> Step:
    answer = f"{quotient} R {rest}"
    return Step("answer", f'f"{{quotient}} R {{{name}}}"', answer,
                f"The result is {quotient} with remainder {rest}.",
                "What is the quotient, and what is left over?")  # fmt: skip
