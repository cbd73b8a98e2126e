"""Formulas of a story's steps: parsed once, calculated exactly, never executed.

A formula has numbers, names, `+ - * /` and brackets. Values are whole numbers, or quarters where a
template allows decimals, which floats hold exactly. A division with any other result makes the
draw unfit. Every value has a canonical form without names, in which nested sums and products are
flat and their operands sorted, so that `3 + (4 + 5)` and `(5 + 3) + 4` are the same.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from underdog.errors import DataError

Number = int | float
Values = Mapping[str, Number]

NAME = re.compile(r"[A-Za-z_]\w*")
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_LEVELS = {"+": "+", "-": "+", "*": "*", "/": "*"}


class Unfit(Exception):
    """The drawn numbers do not make a natural problem; other numbers must be drawn."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Two operands joined by one of `+ - * /`."""

    sign: str
    left: "Tree"
    right: "Tree"


Tree = str | int | float | Operation
"""A name, a number or an operation."""


@dataclass(frozen=True, slots=True)
class Canon:
    """A flat sum or product in canonical form.

    Attributes:
        level: `+` for sums and differences, `*` for products and quotients.
        with_: Summands or factors.
        without: Subtracted terms or divisors.
    """

    level: str
    with_: tuple["Form", ...]
    without: tuple["Form", ...]


Form = str | Canon
Forms = Mapping[str, Form]


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula.

    Attributes:
        source: The formula as written.
        names: Names in the formula, in order of first use.
        tree: The parsed formula.
        code: The formula as Python with `//` for division.
    """

    source: str
    names: tuple[str, ...]
    tree: Tree
    code: str

    def value(self, values: Values) -> Number:
        """Exact value for the values of the names; raises `Unfit` when a division is not exact."""
        return _value(self.tree, values)

    def canon(self, forms: Forms) -> Form:
        """Canonical form for the canonical forms of the names."""
        return _canon(self.tree, forms)

    @property
    def shown(self) -> str:
        """The pattern of the formula in numbers: `{trays} * {rolls}`."""
        return NAME.sub(lambda match: f"{{{match[0]}}}", self.source)


def parse_formula(source: str) -> Formula:
    """Parse the text of a formula.

    Raises:
        DataError: The text has other parts than numbers, names, `+ - * /` and brackets.

    Example:
        >>> parse_formula("trays * rolls - 3").value({"trays": 2, "rolls": 4})
        5
    """
    source = source.strip()
    try:
        body = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        raise DataError(f"{source!r} is not a formula") from error
    names = tuple(dict.fromkeys(NAME.findall(source)))
    return Formula(source, names, _tree(body, source), source.replace("/", "//"))


def number_text(value: Number) -> str:
    """A number as answers are written: whole, or with as few decimals as possible.

    Example:
        >>> number_text(7.50), number_text(12)
        ('7.5', '12')
    """
    return str(value) if isinstance(value, int) else f"{value:g}"


def canon_text(form: Form) -> str:
    """A canonical form as text, operands sorted.

    Example:
        >>> left, right = parse_formula("a * b - c"), parse_formula("b * a - c")
        >>> forms = {"a": "3", "b": "12", "c": "5"}
        >>> canon_text(left.canon(forms)) == canon_text(right.canon(forms))
        True
    """
    if isinstance(form, str):
        return form
    inverse = "-" if form.level == "+" else "/"
    text = form.level.join(sorted(map(canon_text, form.with_)))
    return f"({inverse.join((text, *sorted(map(canon_text, form.without))))})"


def divide(left: Number, right: Number) -> Number:
    """An exact quotient: whole, or in quarters when an operand is a decimal.

    Raises:
        Unfit: The quotient is neither whole nor an allowed quarter, or the divisor is zero.
    """
    if right == 0:
        raise Unfit
    quotient = left / right
    if quotient == int(quotient):
        return int(quotient)
    if (isinstance(left, int) and isinstance(right, int)) or quotient * 4 != int(quotient * 4):
        raise Unfit
    return quotient


def _tree(node: ast.expr, source: str) -> Tree:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id=name):
            return name
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _SIGNS:
            return Operation(_SIGNS[type(operator)], _tree(left, source), _tree(right, source))
        case _:
            raise DataError(f"{source!r} is not made of numbers, names, + - * / and brackets")


def _value(tree: Tree, values: Values) -> Number:
    match tree:
        case str():
            return values[tree]
        case Operation(sign, left, right):
            first, second = _value(left, values), _value(right, values)
            match sign:
                case "+":
                    return first + second
                case "-":
                    return first - second
                case "*":
                    return first * second
                case _:
                    return divide(first, second)
        case _:
            return tree


def _canon(tree: Tree, forms: Forms) -> Form:
    match tree:
        case str():
            return forms[tree]
        case Operation(sign, left, right):
            return _flat(sign, _canon(left, forms), _canon(right, forms))
        case _:
            return number_text(tree)


def _flat(sign: str, left: Form, right: Form) -> Canon:
    level = _LEVELS[sign]
    with_, without = _operands(level, left)
    added, removed = _operands(level, right)
    if sign != level:
        added, removed = removed, added
    return Canon(level, with_ + added, without + removed)


def _operands(level: str, form: Form) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    if isinstance(form, Canon) and form.level == level:
        return form.with_, form.without
    return (form,), ()
