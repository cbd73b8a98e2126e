"""Equations over named unknowns, solved exactly: the small model sets up, the solver calculates.

Equation-of-thought, arXiv 2401.11864. The quantity asked for is called `x`. Lines may stand in any
order and need not be solved for anything. The worked examples are ours.
"""

from collections.abc import Sequence
from fractions import Fraction

from underdog.core import Checker, Item, Prompt, Question, Quick, Reading, Sandbox, Shot
from underdog.errors import DataError
from underdog.forms import forms
from underdog.forms.arithmetic import show
from underdog.forms.fences import fenced_lines
from underdog.forms.layout import converse
from underdog.forms.linear_systems import solve

_ASKED = "x"
_INSTRUCTION = (
    "Translate the problem into equations, one per line, with a clear name for each unknown. Call "
    "the quantity that is asked for x. Do not solve them and write no words."
)

SHOTS = (
    Shot(
        "A bakery makes 12 trays of rolls with 8 rolls on each tray. It sells 70 rolls in the "
        "morning and half of the rest in the afternoon. How many rolls are left?",
        "made = 12 * 8\nrest = made - 70\nsold = rest / 2\nx = rest - sold",
    ),
    Shot(
        "Tom is 4 years older than twice Lena's age. Lena is 9. How old will Tom be in 3 years?",
        "lena = 9\ntom = 2 * lena + 4\nx = tom + 3",
    ),
    Shot(
        "Adult tickets cost $9 and child tickets $5. A group buys 14 tickets for $98. How many "
        "child tickets are among them?",
        "adults + x = 14\n9 * adults + 5 * x = 98",
    ),
    Shot(
        "A number is tripled and 7 is added, which gives 40. What is the number?",
        "3 * x + 7 = 40",
    ),
)


@forms.register("equation_system")
class EquationSystem(Quick):
    """Equations over unknowns; `x` is the answer."""

    name = "equation_system"
    stop = ("\n\n",)
    max_tokens = 192

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for equations."""
        return converse(_INSTRUCTION, question, SHOTS if shots is None else shots)

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Solve the equations for `x`: all of the reply, else of the first part that has them."""
        seen = fenced_lines(reply)
        parts = [part for part in (_equations(text) for text in seen.split("\n\n")) if part]
        if not parts:
            return Reading(None, "no_answer", strict=False, detail="no equation in the reply")
        first = _solved(_equations(seen))
        if first.answer is not None or len(parts) == 1:
            return first
        return next((found for part in parts if (found := _solved(part)).answer), first)

    def render(self, item: Item) -> str | None:
        """The equations that the item names (`equations` in its meta), else one per step.

        `None` unless solving them gives the answer.
        """
        lines = _given(item) or _from_steps(item)
        try:
            value = solve(lines).get(_ASKED)
        except DataError:
            return None
        right = value is not None and _equals(value, item.problem.gold or "")
        return "\n".join(lines) if right else None


def _equations(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if "=" in line]


def _solved(equations: list[str]) -> Reading:
    try:
        value = solve(equations).get(_ASKED)
    except DataError as error:
        return Reading(None, "execution_error", detail=str(error))
    if value is None:
        return Reading(None, "no_answer", strict=False, detail="x is not determined")
    return Reading(show(value), "ok")


def _given(item: Item) -> list[str]:
    given = item.problem.meta.get("equations")
    return [str(line) for line in given] if isinstance(given, list) else []


def _from_steps(item: Item) -> list[str]:
    *steps, last = item.steps
    if any(step.name == _ASKED for step in steps):
        return []
    lines = [f"{step.name} = {step.formula}" for step in steps]
    return [line.replace("//", "/") for line in (*lines, f"{_ASKED} = {last.formula}")]


def _equals(value: Fraction, text: str) -> bool:
    try:
        return value == Fraction(text)
    except (ValueError, ZeroDivisionError):
        return False
