"""The equations in a solution in words, and whether they are true.

Two solutions with the same equations in the same order take the same way, however they are worded
(the distinctness used by rejection sampling, arXiv 2308.01825).
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from underdog.data.sources.replies.wording import squeezed
from underdog.errors import DataError
from underdog.forms.arithmetic import evaluate

_STATED = re.compile(
    r"(?P<left>[\d($.][\d\s.,()$%+\-−*/×÷x^]*?)\s*=\s*(?=(?P<right>\$?\s*-?[\d,]*\.?\d+))"
)
_FRACTION = re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}")
_SIGNS = {"\\times": "*", "\\cdot": "*", "\\div": "/", "\\$": "$", "\\%": "%"}
_OPERATOR = re.compile(r"(?<=[\d)%\s])[+\-−*/×÷x^](?=[\d(\s$.])")


@dataclass(frozen=True, slots=True)
class StatedEquation:
    """One `expression = number`.

    Attributes:
        left: The expression as written, without spaces.
        value: Exact value of the expression.
        stated: Value stated in the text.
        decimals: Number of decimals of the stated value.
    """

    left: str
    value: Fraction
    stated: Fraction
    decimals: int

    @property
    def holds(self) -> bool:
        """Whether the equation is true; a stated decimal may be rounded to its last digit."""
        if not self.decimals:
            return self.value == self.stated
        return abs(self.value - self.stated) <= Fraction(1, 2 * 10**self.decimals)

    def __str__(self) -> str:
        return f"{self.left}={_plain(self.stated)}"


def stated_equations(text: str) -> list[StatedEquation]:
    """All equations between an arithmetic expression and a number, in order.

    Example:
        >>> [str(one) for one in stated_equations("He has 3 * 4 = 12 eggs, 12 - 2 = 11 whole.")]
        ['3*4=12', '12-2=11']
    """
    found: list[StatedEquation] = []
    for match in _STATED.finditer(_plain_signs(text)):
        left = match["left"].strip()
        right = match["right"].replace(",", "").replace("$", "").strip()
        if not _OPERATOR.search(left):
            continue
        try:
            value = evaluate(left)
        except DataError:
            continue
        decimals = len(right.partition(".")[2])
        plain = re.sub(r"[\s$,]", "", left).replace("×", "*").replace("x", "*").replace("÷", "/")
        found.append(StatedEquation(plain, value, Fraction(right), decimals))
    return found


def false_equation(text: str) -> str | None:
    """The first false equation of a text; `None` without one.

    Example:
        >>> false_equation("10 / 3 = 3.33 and 12 - 2 = 11")
        '12-2=11'
    """
    return next((str(one) for one in stated_equations(text) if not one.holds), None)


def way(text: str) -> str:
    """Key of a solution's calculation: its equations, or its words when it has none."""
    equations = stated_equations(text)
    return ";".join(map(str, equations)) if equations else squeezed(text)


def _plain_signs(text: str) -> str:
    """A text with LaTeX's arithmetic signs replaced by plain ones."""
    text = _FRACTION.sub(r"(\1)/(\2)", text)
    for command, sign in _SIGNS.items():
        text = text.replace(command, sign)
    return text


def _plain(value: Fraction) -> str:
    return f"{float(value):.12g}"
