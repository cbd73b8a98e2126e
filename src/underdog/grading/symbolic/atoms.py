r"""One expression brought to a canonical key: a number exactly, a function by its fingerprint.

A constant is evaluated and keyed like any number (`\frac{\sqrt2}{2}` and `0.7071068` share a key).
An expression with variables is evaluated to 30 digits at fixed points, some of them negative; equal
functions agree there, and different ones almost surely do not (Schwartz 1980, Zippel 1979), so the
rounded values are its key. Half of the points are far from 0 and every second one is negative for
each variable, so that `|x|` is not `x` and `\\max(x, 10)` is not 10. Where it has steps (floor,
ceiling) the points are mostly whole numbers, and more of them. That is far cheaper than simplifying
and never undecided. `i` is the imaginary unit; odd roots of negative numbers are real. The parser
(of math-verify) folds the case of variables, so N and n are one.

Words are not products of letters: `no` is not `on`, `ABC` is not `CBA`; `ab` and `xyz` are
products. A time or ratio `a:b` (`3 to 4` is `3:4`) is kept as it is written, never divided; a time
of day with am or pm is written on the 24-hour clock. An equation in x and y that is linear in y is
solved for y, so that `2x - y + 3 = 0` is `y = 2x + 3`.
"""

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from underdog.grading.numerals import read_number, write_number
from underdog.grading.symbolic.algebra import Expression, parsed, sympy

DIGITS = 6
_PRECISION = 30
_SHOWN = 10
_MAX_EXPONENT = 4000
_NUM_POINTS = 6
_FAR = 23
_MOST_DIGITS = 300
_NUM_STEP_POINTS = 36
_NEGLIGIBLE = Decimal("1e-18")
_BASED = re.compile(r"([0-9A-Fa-f]+)\s*_\s*\{?\s*(\d{1,2})\s*\}?")
_LETTER = re.compile(r"\(?\s*\"?\s*\(?\s*([A-DF-Za-df-hj-z])\s*\)?\s*\"?\s*\)?")
_WORDS = re.compile(
    r'"\s*([^"]+?)\s*"|(?=.*[A-Za-z]{4})((?:[A-Za-z]+[ -])*[A-Za-z]{4,}|'
    r"(?:[A-Za-z]{4,}|[A-Z][a-z]{2,}|[Nn]ot?(?= ))(?:[ -][A-Za-z]+)*|[A-Z][a-z]{2,})"
)
_SHORT_WORD = re.compile(r"[A-Z]{2,3}|[A-Za-z][a-z]{1,2}")
_PRODUCT = re.compile(r"[a-df-hj-np-z]{2}|[abckmnxyz]{3}")
"""Letters that are more likely factors than a word."""
_TWO_LETTER_WORDS = frozenset(["am", "an", "as", "at", "by", "my", "up", "us"])
_COLONS = re.compile(r"\d{1,6}(?:\s*:\s*\d{1,6}){1,2}")
_RATIO_WORD = re.compile(r'(?<=\d)\s*"?\s*\bto\b\s*"?\s*(?=\d)')
_CLOCK = re.compile(r"(\d{1,2})(?:((?:\s*:\s*\d{2}){1,2})\s*|\s)([ap])\.?\s?m\.?", re.IGNORECASE)
_DOTS = re.compile(r"\\[lc]?dots|\.{3}")


@dataclass(frozen=True, slots=True)
class Atom:
    """An atom that has been read.

    Attributes:
        key: Canonical key.
        value: The number, when it is a real constant.
        exact: The constant itself where nothing in it is rounded: no decimal point.
        canonical: Whether the key decides equality; false when the text could not be parsed.
    """

    key: str
    value: Fraction | None = None
    exact: Expression | None = None
    canonical: bool = True


def same_constant(left: Expression, right: Expression) -> bool:
    """Whether two exact constants are the same number: fractions exactly, others to 300 digits."""
    if left.is_Rational and right.is_Rational:
        return bool(left == right)
    difference = sympy.N(left - right, 5, maxn=_MOST_DIGITS)
    return bool(abs(difference) < sympy.Float(10) ** (20 - _MOST_DIGITS))


@lru_cache(maxsize=4096)
def atom(text: str) -> Atom:
    """Read one cleaned expression."""
    if (number := read_number(text, "marked")) is not None:
        exact = None if "." in text else sympy.Rational(number.numerator, number.denominator)
        return Atom(write_number(number, DIGITS), number, exact)
    if match := _BASED.fullmatch(text):
        return Atom(f"{match[1]}_{match[2]}")
    if match := _LETTER.fullmatch(text):
        return Atom(match[1])
    if match := _WORDS.fullmatch(text):
        return Atom('"' + " ".join((match[1] or match[2]).split()).casefold() + '"')
    if _is_short_word(text):
        return Atom(f'"{text.casefold()}"')
    if _DOTS.fullmatch(text):
        return Atom("…")
    if (marks := _colons(text)) is not None:
        return Atom(marks)
    left, equals, right = text.partition("=")
    if equals and "=" not in right and right.strip():
        return _equation(left, right) or _unread(text)
    expression = _parsed(text)
    made = None if expression is None else _evaluated(expression)
    return made or _unread(text)


def _colons(text: str) -> str | None:
    """A ratio or a time of day, without spaces and leading zeros, on the 24-hour clock."""
    if clock := _CLOCK.fullmatch(text):
        hour = int(clock[1]) % 12 + (12 if clock[3].lower() == "p" else 0)
        text = f"{hour}{clock[2] or ':00'}" if 1 <= int(clock[1]) <= 12 else text
    text = _RATIO_WORD.sub(":", text)
    if not _COLONS.fullmatch(text):
        return None
    return ":".join(part.strip().lstrip("0") or "0" for part in text.split(":"))


def _is_short_word(text: str) -> bool:
    if not _SHORT_WORD.fullmatch(text):
        return False
    return text in _TWO_LETTER_WORDS or not _PRODUCT.fullmatch(text)


def _unread(text: str) -> Atom:
    return Atom("".join(text.split()), canonical=False)


def _parsed(text: str) -> Expression | None:
    found = parsed(text) if text.strip() else []
    if not found or not isinstance(found[0], sympy.Expr):
        return None
    imaginary = {s: sympy.I for s in found[0].free_symbols if str(s) == "i"}
    return found[0].xreplace(imaginary) if imaginary else _with_real_roots(found[0])


def _with_real_roots(expression: Expression) -> Expression:
    """Odd roots of negative numbers as the real ones: the cube root of -8 is -2."""

    def odd(power: Expression) -> bool:
        return bool(power.is_Pow and power.exp.is_Rational and power.exp.q % 2 and power.exp.q > 1)

    def real(power: Expression) -> Expression:
        return sympy.real_root(power.base, power.exp.q) ** power.exp.p

    return expression.replace(odd, real)


def _evaluated(expression: Expression) -> Atom | None:
    if not expression.free_symbols:
        return _constant(expression)
    names = sorted(str(symbol) for symbol in expression.free_symbols)
    num_points = _num_points(expression)
    values = [value for point in range(num_points) if (value := _at(expression, point))]
    if len(values) < 2:
        return None
    if len(values) == num_points and len(set(values)) == 1:
        return _constant(expression.xreplace(_point(expression, 0)))
    return Atom(
        _fingerprint([*names, *(_real_only(values) if expression.has(sympy.log) else values)])
    )


def _real_only(values: list[str]) -> list[str]:
    """Values of a logarithm where it is real, so that ln x³ is 3 ln x but ln |x| not ln x."""
    real = [value if value.endswith("~0") else "" for value in values]
    return real if sum(map(bool, real)) > 1 else values


def _equation(left: str, right: str) -> Atom | None:
    sides = [_parsed(side) for side in (left, right)]
    if sides[0] is None or sides[1] is None:
        return None
    difference = sympy.Add(sides[0], sympy.Mul(-1, sides[1]))
    if not difference.free_symbols:
        return None
    if (solved := _solved_for_y(difference)) is not None:
        return _evaluated(solved)
    scale = sympy.N(difference.xreplace(_point(difference, _NUM_POINTS)), _PRECISION)
    if not scale.is_number or not scale.is_finite or scale == 0:
        return None
    made = _evaluated(sympy.Mul(difference, sympy.Pow(scale, -1)))
    return None if made is None else Atom("0=" + made.key)


def _solved_for_y(difference: Expression) -> Expression | None:
    """What y is, where x and y are all the variables and y stands alone: `2x - y + 3 = 0`."""
    names = {str(symbol): symbol for symbol in difference.free_symbols}
    if set(names) != {"x", "y"}:
        return None
    slope = sympy.diff(difference, names["y"])
    if slope.free_symbols or slope == 0:
        return None
    return sympy.expand(names["y"] - difference / slope)


def _constant(expression: Expression) -> Atom | None:
    if expression in (sympy.oo, -sympy.oo):
        return Atom("∞" if expression == sympy.oo else "-∞")
    parts = _complex(expression)
    if parts is None or any(abs(part.adjusted()) > _MAX_EXPONENT for part in parts):
        return None
    real, imaginary = (Fraction(part) for part in parts)
    if imaginary:
        return Atom(f"{write_number(real, DIGITS)}+{write_number(imaginary, DIGITS)}i")
    exact: Expression = expression.doit() if expression.is_rational else expression
    if isinstance(exact, sympy.Rational):
        real = Fraction(int(exact.p), int(exact.q))
    rounded = expression.has(sympy.Float)
    if not rounded and not _written_whole(exact, real) and _seems_whole(expression, real):
        return Atom(_fingerprint([str(sympy.N(expression, 2 * _PRECISION))]), real, exact)
    return Atom(_written(real), real, None if rounded else exact)


def _written_whole(exact: Expression, value: Fraction) -> bool:
    """Whether a fraction is whole, or so large that its digits are not compared here."""
    return bool(exact.is_Rational) and (
        value.denominator == 1 or value.denominator > 10**_MOST_DIGITS
    )


def _seems_whole(expression: Expression, value: Fraction) -> bool:
    """Whether a constant would be written as a whole number that it is not."""
    written = write_number(value, DIGITS)
    whole = written.lstrip("-").isdigit()
    return whole and not same_constant(expression, sympy.Integer(written))


def _written(value: Fraction) -> str:
    """A number on its grid, or the fingerprint of one that has too many digits to write."""
    if max(abs(value.numerator), value.denominator) < 10**_MAX_EXPONENT:
        return write_number(value, DIGITS)
    return _fingerprint([f"{value.numerator:x}", f"{value.denominator:x}"])


def _at(expression: Expression, point: int) -> str | None:
    parts = _complex(expression.xreplace(_point(expression, point)))
    return None if parts is None else "~".join(_shown(part) for part in parts)


def _has_steps(expression: Expression) -> bool:
    return bool(expression.has(sympy.floor, sympy.ceiling))


def _num_points(expression: Expression) -> int:
    return _NUM_STEP_POINTS if _has_steps(expression) else _NUM_POINTS


def _point(expression: Expression, index: int) -> dict[Expression, Expression]:
    choose = _whole if _has_steps(expression) and index < _NUM_STEP_POINTS - 2 else _coordinate
    point = {symbol: choose(str(symbol), index) for symbol in expression.free_symbols}
    for power in expression.atoms(sympy.Pow):
        if power.base.free_symbols:  # an exact fraction to the power of one takes minutes
            for symbol in power.exp.free_symbols:
                point[symbol] = sympy.Float(point[symbol], 2 * _PRECISION)
    return point


def _whole(name: str, index: int) -> Expression:
    """Whole numbers in turn (with gaps further out), each variable starting at another one."""
    shift = hashlib.blake2b(name.encode(), digest_size=1).digest()[0]
    step = (index + shift) % (_NUM_STEP_POINTS - 2)
    return sympy.Integer(1 + step if step < 28 else 101 * step)


def _coordinate(name: str, index: int) -> Expression:
    """Points in turn near 0 and far from it; each variable is negative at every second pair."""
    digest = hashlib.blake2b(f"{index}:{name}".encode(), digest_size=4).digest()
    size = sympy.Rational(int.from_bytes(digest[:3], "big"), 2**24) * 3 + sympy.Rational(1, 7)
    far = size * _FAR if index % 2 else size
    shift = hashlib.blake2b(name.encode(), digest_size=1).digest()[0] % 2
    return -far if (index // 2 + shift) % 2 else far


def _complex(expression: Expression) -> tuple[Decimal, Decimal] | None:
    value = sympy.N(expression, _PRECISION)
    real, imaginary = value.as_real_imag()
    if not all(part.is_Number and part.is_finite for part in (real, imaginary)):
        return None
    parts = Decimal(str(real)), Decimal(str(imaginary))
    size = max(abs(part) for part in parts)
    least = _NEGLIGIBLE * max(size, Decimal(1))
    first, second = (part if abs(part) > least else Decimal(0) for part in parts)
    return first, second


def _shown(part: Decimal) -> str:
    return f"{part:.{_SHOWN}e}" if part else "0"


def _fingerprint(parts: list[str]) -> str:
    return "#" + hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
