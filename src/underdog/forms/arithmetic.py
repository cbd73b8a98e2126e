"""Exact arithmetic on expressions that a model wrote: parsed, never executed.

Only numbers, + - * / // % ** and brackets are read; powers are bounded, so evaluation always ends.
A percent sign that a number or bracket follows is a remainder, else it is hundredths.
"""

import ast
import re
from collections.abc import Callable
from fractions import Fraction

from underdog.errors import DataError

_MAX_CHARS = 500
_MAX_EXPONENT = 64
_MAX_BITS = 4096
_MOST_PLACES = 15
_MOST_UNITS = 10**_MOST_PLACES
_WRITTEN = str.maketrans({"×": "*", "x": "*", "÷": "/", "−": "-", "^": "*", "$": ""})
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%(?!\s*[\d(])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_BINARY: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: Fraction(left // right),
    ast.Mod: lambda left, right: left % right,
}


def evaluate(expression: str) -> Fraction:
    """Exact value of an arithmetic expression.

    Raises:
        DataError: It is not arithmetic, divides by zero, or grows too large.

    Example:
        >>> evaluate("80 * 25% + 1/3")
        Fraction(61, 3)
    """
    text = decimal_point(expression).replace("^", "**")
    text = _PERCENT.sub(r"(\1/100)", text).translate(_WRITTEN).strip()
    if len(text) > _MAX_CHARS:
        raise DataError(f"expression of {len(text)} characters is longer than {_MAX_CHARS}")
    try:
        return _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataError(f"{expression[:60]!r} is not arithmetic") from error
    except ZeroDivisionError as error:
        raise DataError(f"{expression[:60]!r} divides by zero") from error


def decimal_point(text: str) -> str:
    """Numbers without thousands separators and with a point: `1,234` is 1234, `2,5` is 2.5.

    Example:
        >>> decimal_point("1,234.5 + 2,5")
        '1234.5 + 2.5'
    """
    return _DECIMAL_COMMA.sub(".", _THOUSANDS.sub("", text))


def show(value: Fraction) -> str:
    """A value as text: whole, a decimal when one of up to 15 places is exact, else a fraction.

    Example:
        >>> show(Fraction(5, 2)), show(Fraction(1, 3))
        ('2.5', '1/3')
    """
    if value.denominator == 1:
        return str(value.numerator)
    if _MOST_UNITS % value.denominator:
        return f"{value.numerator}/{value.denominator}"
    units = abs(value.numerator) * (_MOST_UNITS // value.denominator)
    digits = str(units).rjust(_MOST_PLACES + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-_MOST_PLACES]}.{digits[-_MOST_PLACES:].rstrip('0')}"


def _value(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Fraction(str(number))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_value(left), _value(right))
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
            return _bounded(_BINARY[type(operator)](_value(left), _value(right)))
        case _:
            raise ValueError(type(node).__name__)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > _MAX_EXPONENT:
        raise ValueError("power out of bounds")
    return _bounded(base ** int(exponent))


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MAX_BITS:
        raise ValueError("number too large")
    return value
