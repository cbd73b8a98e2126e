"""Formulas of a story's steps: parsed once, evaluated exactly, never executed.

A formula has numbers, names, `+ - * /` and brackets. Values are whole numbers, or quarters where a
template allows decimals, which floats hold exactly. A division that does not come out makes the
draw unfit. Every value carries a canonical form in which names are gone, nested sums and products
are flat and their operands sorted, so that `3 + (4 + 5)` and `(5 + 3) + 4` are the same.
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from underdog.errors import DataError

Number = int | float
Values = Mapping[str, Number]

NAME = re.compile(r"[A-Za-z_]\w*")
_SAME_LEVEL: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "+",
    ast.Mult: "*",
    ast.Div: "*",
}


class Unfit(Exception):
    """These numbers do not make a natural problem; other ones must be drawn."""


@dataclass(frozen=True, slots=True)
class Canon:
    """A flat sum or product: operands, and those that are subtracted or divided by."""

    level: str
    with_: tuple["Form", ...]
    without: tuple["Form", ...]


Form = str | Canon
Forms = Mapping[str, Form]


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula.

    Attributes:
        source: As written.
        names: Names it uses, in order of first use.
        value: Its value from the values of the names; raises `Unfit` for a division that does not
            come out.
        canon: Its canonical form from those of the names.
        code: The formula as Python, divisions whole.
    """

    source: str
    names: tuple[str, ...]
    value: Callable[[Values], Number]
    canon: Callable[[Forms], Form]
    code: str

    @property
    def shown(self) -> str:
        """The pattern of the formula in numbers: `{trays} * {rolls}`."""
        return NAME.sub(lambda match: f"{{{match[0]}}}", self.source)


def parse_formula(source: str, exact: bool = True) -> Formula:
    """Parse a formula.

    Args:
        source: As written.
        exact: Whether divisions must come out; where they need not, as in bounds, `value` may
            be any float.

    Raises:
        DataError: It has anything but numbers, names, `+ - * /` and brackets.

    Example:
        >>> parse_formula("trays * rolls - 3").value({"trays": 2, "rolls": 4})
        5
    """
    try:
        body = ast.parse(source.strip(), mode="eval").body
    except SyntaxError as error:
        raise DataError(f"{source!r} is not a formula") from error
    names = tuple(dict.fromkeys(NAME.findall(source)))
    source = source.strip()
    code = source.replace("/", "//")
    return Formula(source, names, _value(body, source, exact), _canon(body), code)


def number_text(value: Number) -> str:
    """A number as answers are written: whole, or with as few decimals as hold it.

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
    if form.without:
        text += inverse + inverse.join(sorted(map(canon_text, form.without)))
    return f"({text})"


def _value(node: ast.expr, source: str, exact: bool) -> Callable[[Values], Number]:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return lambda values: number
        case ast.Name(id=name):
            return lambda values: values[name]
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _SAME_LEVEL:
            first, second = _value(left, source, exact), _value(right, source, exact)
            if isinstance(operator, ast.Div) and not exact:
                return lambda values: first(values) / second(values)
            return _operation(operator, first, second)
        case _:
            raise DataError(f"{source!r} is not made of numbers, names, + - * / and brackets")


def _operation(
    operator: ast.operator, left: Callable[[Values], Number], right: Callable[[Values], Number]
) -> Callable[[Values], Number]:
    match operator:
        case ast.Add():
            return lambda values: left(values) + right(values)
        case ast.Sub():
            return lambda values: left(values) - right(values)
        case ast.Mult():
            return lambda values: left(values) * right(values)
        case _:
            return lambda values: divide(left(values), right(values))


def divide(left: Number, right: Number) -> Number:
    """An exact quotient: whole, or in quarters when an operand is a decimal.

    Raises:
        Unfit: It does not come out, or divides by zero.
    """
    if right == 0:
        raise Unfit
    quotient = left / right
    if quotient == int(quotient):
        return int(quotient)
    if (isinstance(left, int) and isinstance(right, int)) or quotient * 4 != int(quotient * 4):
        raise Unfit
    return quotient


def _canon(node: ast.expr) -> Callable[[Forms], Form]:
    match node:
        case ast.Name(id=name):
            return lambda forms: forms[name]
        case ast.BinOp(left=left, op=operator, right=right):
            level, inverse = _SAME_LEVEL[type(operator)], isinstance(operator, ast.Sub | ast.Div)
            first, second = _canon(left), _canon(right)
            return lambda forms: _joined(level, inverse, first(forms), second(forms))
        case _:
            text = ast.unparse(node)
            return lambda forms: text


def _joined(level: str, inverse: bool, left: Form, right: Form) -> Canon:
    with_, without = _operands(level, left)
    added, removed = _operands(level, right)
    if inverse:
        added, removed = removed, added
    return Canon(level, with_ + added, without + removed)


def _operands(level: str, form: Form) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    if isinstance(form, Canon) and form.level == level:
        return form.with_, form.without
    return (form,), ()
