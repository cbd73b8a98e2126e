"""Steps of a solution against their values: arithmetic done again, the answer at the end."""

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import cast

from underdog.core import JSONValue

_TWO: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: Fraction(left // right),
    ast.Mod: lambda left, right: left % right,
}
_LARGEST = 1 << 4096


def step_fault(steps: JSONValue, answer: JSONValue) -> str:
    """The first fault of a row's steps, in a few words; empty without one.

    Args:
        steps: The column `steps`.
        answer: The column `answer`.
    """
    if not isinstance(steps, list) or not steps:
        return ""
    values: dict[str, Fraction] = {}
    last = ""
    for step in cast("list[dict[str, str | None]]", steps):
        last = step["value"] or ""
        stated = _number(last)
        counted = _value(step["formula"] or "", values)
        if stated is not None and counted is not None and stated != counted:
            return "a step's value is not its formula's"
        if stated is not None:
            values[step["name"] or ""] = stated
    return "" if answer is None or last == answer else "the last step is not the answer"


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(text) if len(text) < 1_000 else None
    except (ValueError, ZeroDivisionError):
        return None


def _value(formula: str, values: Mapping[str, Fraction]) -> Fraction | None:
    """Value of an arithmetic formula; `None` for any other."""
    try:
        return _counted(ast.parse(formula, mode="eval").body, values)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        return None


def _counted(node: ast.expr, values: Mapping[str, Fraction]) -> Fraction:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Fraction(str(node.value))
    if isinstance(node, ast.Name) and node.id in values:
        return values[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_counted(node.operand, values)
    if isinstance(node, ast.BinOp) and type(node.op) in _TWO:
        left, right = _counted(node.left, values), _counted(node.right, values)
        if max(abs(left), abs(right)) < _LARGEST:
            return _TWO[type(node.op)](left, right)
    raise ValueError("no plain arithmetic")
