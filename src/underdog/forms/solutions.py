"""Writing an item's exact solution down: what the forms' `render` share."""

import ast
import re
from collections.abc import Mapping

from underdog.core.item import Item, Step
from underdog.errors import DataError
from underdog.forms.arithmetic import evaluate

_NAME = re.compile(r"[A-Za-z_]\w*")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")


def is_given(step: Step) -> bool:
    """Whether a step only states a number or text that the question gives."""
    try:
        ast.literal_eval(step.formula)
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


def expressions(item: Item) -> list[tuple[str, str]] | None:
    """The calculated steps as pairs of an expression in numbers and its value.

    `None` unless every calculated step is plain arithmetic with a plain decimal value.
    """
    values: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for step in item.steps:
        values[step.name] = step.value
        if is_given(step):
            continue
        written = with_values(step.formula, values).replace("//", "/")
        if not _PLAIN.fullmatch(step.value) or not _arithmetic(written):
            return None
        pairs.append((written, step.value))
    return pairs or None


def _arithmetic(expression: str) -> bool:
    try:
        evaluate(expression)
    except DataError:
        return False
    return True
