"""Equations only: one `left = right` per line, nothing in words (arXiv 2409.12393).

The right-hand sides are recomputed, and a corrected value replaces the model's own in later lines,
so that one slip in arithmetic does not spoil the chain. The answer is the last left-hand side.
Words may follow a result (`= 26 rolls.`) and list marks stand before a line; a last line with an
equals sign that cannot be read is no answer, not the line before it. The worked examples are ours.
"""

import re
from collections.abc import Sequence
from fractions import Fraction

from underdog.core import Checker, Item, Prompt, Question, Reading, Sandbox, Shot
from underdog.errors import DataError
from underdog.forms import forms
from underdog.forms.arithmetic import decimal_point, evaluate, show
from underdog.forms.fences import fenced_lines
from underdog.forms.layout import converse
from underdog.forms.solutions import expressions
from underdog.grading.numerals import read_number

_INSTRUCTION = (
    "Solve the problem with equations only, one per line, each with numbers and one result. "
    "The result of the last equation is the answer. Write no words."
)
_MARK = re.compile(r"^\s*(?:[-*•]\s+(?=[\d($])|\(?\d{1,2}[.)]\s+(?=[\d($]))")
"""A list mark: a dash that a space follows is one, `-20` is a number."""
_CALCULATION = re.compile(r"[A-Za-z:,] +([\d($][\d\s.,()$%]*[-+*/×÷−][\d\s.,()$%+*/×÷−-]*)$")
"""A calculation at the end of a sentence."""
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w.])")

SHOTS = (
    Shot(
        "A bakery makes 12 trays of rolls with 8 rolls on each tray. It sells 70 rolls in the "
        "morning and half of the rest in the afternoon. How many rolls are left?",
        "12 * 8 = 96\n96 - 70 = 26\n26 / 2 = 13\n26 - 13 = 13",
    ),
    Shot(
        "Nadia earns $15 an hour and works 6 hours a day. She works 5 days and then spends a "
        "third of her pay on rent. How much money does she keep?",
        "6 * 5 = 30\n30 * 15 = 450\n450 / 3 = 150\n450 - 150 = 300",
    ),
    Shot(
        "Tom is 4 years older than twice Lena's age. Lena is 9. How old will Tom be in 3 years?",
        "2 * 9 = 18\n18 + 4 = 22\n22 + 3 = 25",
    ),
    Shot(
        "A jacket costs $80. It is sold at 25% off, and a coupon takes another $6 off. Two friends "
        "share the price equally. How much does each of them pay?",
        "80 * 25 / 100 = 20\n80 - 20 = 60\n60 - 6 = 54\n54 / 2 = 27",
    ),
)


@forms.register("equations")
class Equations:
    """One equation per line; the arithmetic is redone when it is read."""

    name = "equations"
    stop = ("\n\n",)
    max_tokens = 160

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for equations."""
        return converse(_INSTRUCTION, question, SHOTS if shots is None else shots)

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Recompute every equation; the answer is the value of the last one."""
        try:
            value = run_chain(fenced_lines(reply))
        except DataError as error:
            return Reading(None, "execution_error", detail=str(error))
        if value is None:
            return Reading(None, "no_answer", strict=False, detail="no equation in the reply")
        return Reading(show(value), "ok")

    def render(self, item: Item) -> str | None:
        """One equation per calculated step."""
        pairs = expressions(item)
        return None if pairs is None else "\n".join(f"{left} = {right}" for left, right in pairs)


def run_chain(reply: str) -> Fraction | None:
    r"""Value of the last equation, every right-hand side recomputed; `None` without an equation.

    Raises:
        DataError: The left-hand side of an equation is not arithmetic, or divides by zero.

    Example:
        >>> run_chain("12 * 8 = 95\n95 - 70 = 25")
        Fraction(26, 1)
    """
    corrected: dict[Fraction, Fraction] = {}
    value = None
    for line in reply.splitlines():
        left, equals, right = _MARK.sub("", line, count=1).rpartition("=")
        if not equals:
            continue
        stated = read_number(right)
        if stated is None or not left.strip():
            value = None
            continue
        value = _left_side(_corrected(left.rpartition("=")[2].strip(), corrected))
        if abs(value - stated) > Fraction(1, 100):
            corrected[stated] = value
        else:
            corrected.pop(stated, None)
    return value


def _left_side(expression: str) -> Fraction:
    """Value of a left-hand side; words before the calculation are left out."""
    try:
        return evaluate(expression)
    except DataError:
        calculation = _CALCULATION.search(expression)
        if calculation is None:
            raise
        return evaluate(calculation[1])


def _corrected(expression: str, values: dict[Fraction, Fraction]) -> str:
    def swap(match: re.Match[str]) -> str:
        number = Fraction(decimal_point(match[0]))
        return f"({values[number]})" if number in values else match[0]

    return _NUMBER.sub(swap, expression)
