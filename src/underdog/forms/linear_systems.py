"""Solving the equations that a model wrote: parsed, never executed, exact, bounded.

Equations are linear in their unknowns, or become so once other equations have given some of them
(`area = length * width` after `length = 4`). Not a general solver: no roots, no inequalities.
"""

import ast
import re
from dataclasses import dataclass, field
from fractions import Fraction

from underdog.errors import DataError
from underdog.forms.arithmetic import evaluate

_MAX_EQUATIONS = 60
_MAX_UNKNOWNS = 40
_MAX_CHARS = 500
_MAX_BITS = 4096
_NAME = re.compile(r"[A-Za-z_]\w*")
_WRITTEN = str.maketrans({"×": "*", "÷": "/", "−": "-", "$": "", "^": "*"})
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


class _NotYetLinearError(Exception):
    """Two unknowns meet in a product; later values may make it linear."""


@dataclass(slots=True)
class _Linear:
    """A constant plus multiples of unknowns; `weights` has the factor of each unknown by name."""

    constant: Fraction
    weights: dict[str, Fraction] = field(default_factory=dict[str, Fraction])

    def plus(self, other: "_Linear", times: Fraction = Fraction(1)) -> "_Linear":
        weights = dict(self.weights)
        for name, weight in other.weights.items():
            total = weights.get(name, Fraction(0)) + weight * times
            if total:
                weights[name] = total
            else:
                weights.pop(name, None)
        return _bounded(_Linear(self.constant + other.constant * times, weights))

    def scaled(self, factor: Fraction) -> "_Linear":
        weights = {name: weight * factor for name, weight in self.weights.items() if factor}
        return _bounded(_Linear(self.constant * factor, weights))


def solve(equations: list[str]) -> dict[str, Fraction]:
    """Values of all unknowns that the equations determine.

    Args:
        equations: Texts `left = right` of numbers, names, `+ - * /` and brackets.

    Returns:
        Exact value by unknown; undetermined unknowns are left out.

    Raises:
        DataError: An equation cannot be read, they contradict each other, or there are too many.

    Example:
        >>> solve(["x + y = 10", "x - y = 4", "z = x * y"])["z"]
        Fraction(21, 1)
    """
    if len(equations) > _MAX_EQUATIONS:
        raise DataError(f"{len(equations)} equations are more than {_MAX_EQUATIONS}")
    open_equations = [_parse(equation) for equation in equations]
    known: dict[str, Fraction] = {}
    while open_equations:
        rows: list[_Linear] = []
        later: list[tuple[ast.expr, ast.expr]] = []
        for left, right in open_equations:
            try:
                rows.append(_linear(left, known).plus(_linear(right, known), Fraction(-1)))
            except _NotYetLinearError:
                later.append((left, right))
        found = _eliminate(rows)
        if not (found.keys() - known.keys()) or not later:
            return known | found
        known |= found
    return known


def _parse(equation: str) -> tuple[ast.expr, ast.expr]:
    text = _THOUSANDS.sub("", equation.replace("^", "**").translate(_WRITTEN))
    left, equals, right = text.partition("=")
    if not equals or "=" in right or len(text) > _MAX_CHARS:
        raise DataError(f"{equation[:60]!r} is not one equation")
    try:
        return (
            ast.parse(left.strip(), mode="eval").body,
            ast.parse(right.strip(), mode="eval").body,
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataError(f"{equation[:60]!r} is not an equation") from error


def _linear(node: ast.expr, known: dict[str, Fraction]) -> _Linear:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _Linear(_number(number))
        case ast.Name(id=name):
            if name in known:
                return _Linear(known[name])
            return _Linear(Fraction(0), {name: Fraction(1)})
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _linear(operand, known).scaled(Fraction(-1))
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _linear(operand, known)
        case ast.BinOp(left=left, op=operator, right=right):
            return _combined(operator, _linear(left, known), _linear(right, known))
        case _:
            raise DataError(f"{type(node).__name__} cannot stand in an equation")


def _number(number: int | float) -> Fraction:
    try:
        return Fraction(str(number))
    except ValueError as error:
        raise DataError(f"{number} is not a number for an equation") from error


def _combined(operator: ast.operator, left: _Linear, right: _Linear) -> _Linear:
    match operator:
        case ast.Add():
            return left.plus(right)
        case ast.Sub():
            return left.plus(right, Fraction(-1))
        case ast.Mult() if not right.weights:
            return left.scaled(right.constant)
        case ast.Mult() if not left.weights:
            return right.scaled(left.constant)
        case ast.Div() if not right.weights:
            if not right.constant:
                raise DataError("an equation divides by zero")
            return left.scaled(1 / right.constant)
        case ast.Pow() if not left.weights and not right.weights:
            return _Linear(evaluate(f"({left.constant}) ** ({right.constant})"))
        case ast.Mult() | ast.Div() | ast.Pow():
            raise _NotYetLinearError
        case _:
            raise DataError(f"{type(operator).__name__} cannot stand in an equation")


def _bounded(value: _Linear) -> _Linear:
    if len(value.weights) > _MAX_UNKNOWNS:
        raise DataError(f"more than {_MAX_UNKNOWNS} unknowns")
    for number in (value.constant, *value.weights.values()):
        if max(number.numerator.bit_length(), number.denominator.bit_length()) > _MAX_BITS:
            raise DataError("a number in an equation grows too large")
    return value


def _eliminate(rows: list[_Linear]) -> dict[str, Fraction]:
    """Values by Gauss-Jordan elimination, for each unknown that stands alone in a reduced row."""
    solved: dict[str, _Linear] = {}
    for row in rows:
        for name in [name for name in row.weights if name in solved]:
            row = row.plus(solved[name], -row.weights[name])
        if not row.weights:
            if row.constant:
                raise DataError("the equations contradict each other")
            continue
        pivot = next(iter(row.weights))
        row = row.scaled(1 / row.weights[pivot])
        for name, other in solved.items():
            if pivot in other.weights:
                solved[name] = other.plus(row, -other.weights[pivot])
        solved[pivot] = row
    return {name: -row.constant for name, row in solved.items() if len(row.weights) == 1}
