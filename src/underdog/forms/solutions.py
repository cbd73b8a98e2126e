"""Steps of an item's exact solution as expressions in numbers, for the forms' `render`."""

import ast
import re
from collections.abc import Mapping
from fractions import Fraction

from underdog.core.item import Item, Step
from underdog.errors import DataError
from underdog.forms.arithmetic import evaluate

_NAME = re.compile(r"[A-Za-z_]\w*")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_SUMS = re.compile(r"[\d.+\-*/%() ]{1,500}")
_OPENINGS = "([{\"'"


def is_given(step: Step) -> bool:
    """Whether a step only states a number or text that the question gives."""
    formula = step.formula
    if _PLAIN.fullmatch(formula):
        return True
    if " " in formula and formula[0] not in _OPENINGS:
        return False
    try:
        ast.literal_eval(formula)
    except (ValueError, SyntaxError):
        return False
    return True


def with_values(formula: str, values: Mapping[str, str]) -> str:
    """A formula with the names of earlier steps replaced by their values.

    Negative values and fractions are put in brackets.

    Example:
        >>> with_values("made - sold", {"made": "96", "sold": "-3"})
        '96 - (-3)'
    """

    def value(match: re.Match[str]) -> str:
        text = values.get(match[0], match[0])
        return f"({text})" if text.startswith("-") or "/" in text else text

    return _NAME.sub(value, formula)


def in_numbers(step: Step, values: Mapping[str, str]) -> str | None:
    """A step's calculation in numbers, such as `12 / 4`.

    `None` unless it is plain arithmetic with a plain decimal value. A whole division `//` without
    remainder is written `/`.

    Example:
        >>> in_numbers(Step("each", "total // 4", "3"), {"total": "12"})
        '12 / 4'
    """
    if not _PLAIN.fullmatch(step.value):
        return None
    written = with_values(step.formula, values)
    if not _SUMS.fullmatch(written):
        return None
    if "//" in written:
        written = _plain_division(written, step.value)
    elif "**" in written and not _evaluates(written, step.value):
        return None
    return written


def expressions(item: Item) -> list[tuple[str, str]] | None:
    """Pairs of an expression in numbers and its value, one for each calculated step.

    `None` unless every calculated step is plain arithmetic with a plain decimal value, and the
    last step is calculated.
    """
    if not item.steps or is_given(item.steps[-1]):
        return None
    values: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for step in item.steps:
        if not is_given(step):
            written = in_numbers(step, values)
            if written is None:
                return None
            pairs.append((written, step.value))
        values[step.name] = step.value
    return pairs


def _plain_division(written: str, value: str) -> str | None:
    """The expression with `/` for `//` if its value is still `value`, else as it is.

    `None` if neither has that value.
    """
    plain = written.replace("//", "/")
    if _evaluates(plain, value):
        return plain
    return written if _evaluates(written, value) else None


def _evaluates(expression: str, value: str) -> bool:
    try:
        return evaluate(expression) == Fraction(value)
    except DataError:
        return False
