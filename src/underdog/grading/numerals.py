r"""Numbers as people and models write them, read exactly.

Not a calculator: `3 + 4` is not a number here. Units are dropped here; `quantities` converts them.
What is read: integers, decimals, repeating ones (`0.\overline{3}`, `0.333...`), fractions (`3/4`,
`\frac{3}{4}`, `¾`), mixed numbers (`1 3/4`), thousands in groups of three (`1,234`, `1 234`,
`10,\!080`), powers (`2^{10}`, `1.2e5`, `1.2 \times 10^5`), signs of every kind, money, percent, the
words hundred to trillion, `k`, `M`, `B`, `bn` directly after a number, numbers in words
(`twenty-one`, see `spelled_numbers`), a sum with its result (`3 + 4 = 7`), and any of these in a
`\boxed{}`. A number is read whole or not at all: `12:50`, `1,5`, `12,34,567`, `5 feet 2 inches` and
`3-5` are no numbers.

**Percent is a unit**: `50%` is 50, since the usual data sets write the answer to "what percentage"
as a bare number; hence `50%` is not `0.5`, while `1/2` is.
"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from underdog.grading.markers import unboxed
from underdog.grading.spelled_numbers import ANY_NUMBER_WORD, in_digits

Units: TypeAlias = Literal["any", "marked"]

MAX_NUMERAL_CHARS = 600
_MAX_EXPONENT = 600
_SHORTEST_MORE = len(" six in")
PLAIN = re.compile(r"[+-]?[0-9]{1,18}")
"""Most answers: a whole number and nothing else."""

_VULGAR = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5",
    "⅗": "3/5", "⅘": "4/5", "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8",
    "⅞": "7/8",
}  # fmt: skip
_PLAIN_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\u2002\u2003", " "),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff", ""),
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        **{vulgar: f" {plain}" for vulgar, plain in _VULGAR.items()},
        "\u2044": "/", "\u2215": "/", "\uff0b": "+", "\u00d7": r"\times ", "\u00b7": r"\cdot ",
        "\uff05": "%", "\uff0c": ",", "\uff0e": ".",
        "\uff04": "$", "\u2019": "'", "\u2026": "...", "\u00a2": " cents ",
    }
)  # fmt: skip
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_RAISED_DIGITS = str.maketrans(_RAISED, "0123456789+-")
_SUPERSCRIPT = re.compile(f"[{_RAISED}]+")
_CURRENCY_COMMAND = re.compile(r"\\(textdollar|pounds|textsterling|euro)(?:\{\})?(?![a-zA-Z])\s*")
_CURRENCIES = {"textdollar": "$", "pounds": "£", "textsterling": "£", "euro": "€"}

_SPACING = re.compile(
    r"(?<!\\)(?:\\[!,;: ]|\\(?:left|right|displaystyle|q?quad|thinspace)(?![a-zA-Z])|~)"
)
_TEXT_COMMAND = re.compile(r"\\(?:text(?:bf|rm|it|normal)?|mbox|mathrm|rm|mathbf)\s*\{([^{}]*)\}")
_DEGREES = re.compile(r"\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![a-z]))|\\degree|°|º")

_UNSIGNED = (
    r"(?:[1-9]\d{0,2}(?:,[ ]?\d{3})+(?:\.\d+)?"  # 1,234.5
    r"|[1-9]\d{0,2}(?:[ ]\d{3})+(?:\.\d+)?"  # 1 234.5
    r"|\d+(?:\.\d*)?|\.\d+)"
)
_TIMES_TEN = r"\s*(?:\\times|\\cdot|\*|x)\s*10\s*(?:\^|\*\*)\s*"
_POWER = rf"(?:e([+-]?\d{{1,4}})|{_TIMES_TEN}(?:\{{\s*([+-]?\d{{1,4}})\s*\}}|([+-]?\d{{1,4}})))"
_BRACED = r"(?:\{\s*([+-]?\s*" + _UNSIGNED + r")\s*\}|(\d))"
_BODY = re.compile(
    rf"""(?:
      (?:(?P<whole>\d+)\s*)?\\[dtc]?frac\s*{_BRACED}\s*{_BRACED}
    | (?P<mixed>\d+)[ ]+(?:and[ ]+)?(?P<upper>\d+)\s*/\s*(?P<lower>\d+)
    | (?P<top>{_UNSIGNED})\s*/\s*(?P<bottom>-?\s*{_UNSIGNED})
    | (?P<fixed>\d*\.\d*)\\(?:overline|bar|dot)\s*(?:\{{(?P<period>\d{{1,40}})\}}|(?P<digit>\d))
    | (?P<base>\d{{1,4}})\s*(?:\^|\*\*)\s*
      (?:\{{\s*(?P<power>[+-]?\d{{1,4}})\s*\}}|(?P<power2>[+-]?\d{{1,4}}))
    | (?P<value>{_UNSIGNED})(?:{_POWER})?
    )""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_PREFIX = re.compile(
    r"""[\s("'*_`\[]*
        (?:(?:about|approximately|around|roughly|exactly|only|just|a[ ]total[ ]of|equals?|is
           |there[ ](?:are|is|were|was|will[ ]be)
           |(?:the[ ])?(?:final[ ])?answer(?:[ ]is|[ ]?:))\s+){0,2}
        (?:[≈=:]\s*)?
        (?P<sign>[+-]|(?:negative|minus)\s)?\s*
        (?:\\?\$|US\s?\\?\$|€|£|¥|₹|(?:USD|EUR|GBP|INR|Rs\.?)\s)?\s*
        (?P<sign2>[+-])?\s*""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_MONEY = re.compile(r"[$€£¥₹]|USD|EUR|GBP|INR|Rs")
_DOTTED = re.compile(
    r"(\d*\.\d*?)(?:(\d)\2{2,}|(\d{2,12}?)\3+)\s?(?:\.{3,}|\\l?dots(?![a-z]))", re.ASCII
)
_CALCULATION = re.compile(
    r"(?=[^=]*\d\s*(?:[-+*/^]|\\times|\\cdot|\\div))(?:[\d\s.,+*/()$^%-]|\\times|\\cdot|\\div|\\\$)+"
    r"=(?=[^=]*\d)"
)
"""Arithmetic up to the equals sign in front of its result."""
_ASSIGNMENT = re.compile(r"\s*[a-zA-Z]\s*=(?!=)")
_SCALE = re.compile(r"[\s\"]*(hundred|thousand|million|billion|trillion)(?![a-z])", re.IGNORECASE)
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_GLUED_SCALE = re.compile(r"(k|K|M|bn|B)(?![\w^])")
_GLUED_SCALES = {"k": 3, "K": 3, "M": 6, "bn": 9, "B": 9}

_EDGE = r"[\s\"'*_`)\].,;:!?$€£]*"
_NO_UNIT = re.compile(r"[\s*]*(?:[xyznk]|or|and|to)(?![a-zA-Z'])", re.IGNORECASE)
_ANY_UNIT = re.compile(
    r"(?:[\s\"'*_`()\].,;:!?$€£%\\-]|/(?=\s*[a-z]))*"
    r"(?:[a-z](?:[a-z\s\"'’*_`()\[\].,;:!?$€£%/\\-]"
    r"|(?<=[a-z\"])(?:\s?\^\s?\{?[23]\}?|[23])(?![\d.]))*)?",
    re.ASCII | re.IGNORECASE,
)
_KNOWN_UNIT = (
    r"(?:(?:square|cubic|sq\.?|cu\.?)\s+)?(?:[kcm]m|[km]g|km/h|m/s|mph|min|cents?|dollars?|degrees?"
    r"|mm|gallons?|quarts?|pints?|cups?|ounces?|oz|lbs?|hrs?|mins?|secs?|tons?|tonnes?|kph|euros?"
    r"|inch(?:es)?|in|f(?:ee|oo)?t|yards?|miles?|units?|seconds?|minutes?|hours?|days?|weeks?|months?"
    r"|years?|percent|(?:centi|kilo|milli)?met(?:er|re)s?|pounds?|(?:kilo)?grams?|lit(?:er|re)s?)"
)
_PER = r"(?:\s*(?:/|\sper\s)\s*(?:second|sec|s|minute|min|hour|hr|h|day))?(?![a-z])"
_MARKED_UNIT = re.compile(
    rf"""{_EDGE}(?:(?:\\?%|per\s?cent)|(?:"[^"\d]*"|\s*{_KNOWN_UNIT}{_PER})(?:\s*\^\s*\{{?[23]\}}?|[23])?)?
        {_EDGE}(?:\([a-z ]{{1,40}}\))?{_EDGE}""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_MORE_NUMBERS = re.compile(
    rf"(?:\band\s+|,\s*){ANY_NUMBER_WORD}\b|\b{ANY_NUMBER_WORD}\s+{_KNOWN_UNIT}(?![a-z])",
    re.IGNORECASE,
)
"""A second number in words behind the first: `3 hours and twenty minutes` is not 3 hours."""
_WIDE = Context(prec=2 * MAX_NUMERAL_CHARS, Emax=10**6, Emin=-(10**6))


def plain_characters(text: str) -> str:
    r"""Write look-alike signs, digits and spaces in ASCII, and drop LaTeX that only spaces things.

    Words inside `\text{}` come back in double quotes, so that a unit stays apart from a variable.
    """
    if text.isascii() and "\\" not in text and "~" not in text and "{," not in text:
        return text
    text = _DEGREES.sub("", _SUPERSCRIPT.sub(_exponent, text.translate(_PLAIN_CHARACTERS)))
    text = _CURRENCY_COMMAND.sub(lambda match: _CURRENCIES[match[1]], text.replace(r"\%", "%"))
    text = _TEXT_COMMAND.sub(r' "\1" ', text.replace("{,}", ","))
    return _SPACING.sub(_space, text)


def _exponent(match: re.Match[str]) -> str:
    digits = match[0].translate(_RAISED_DIGITS)
    return "^" + (digits if len(digits) == 1 else f"{{{digits}}}")


def _space(match: re.Match[str]) -> str:
    return "" if match[0] in (r"\!", r"\,") else " "


@dataclass(frozen=True, slots=True)
class NumberParts:
    """A number read out of an answer, and what is written around it.

    Attributes:
        value: The number.
        before: What stands before it: words, signs, a currency.
        behind: What stands behind it: a unit or other words, edges.
    """

    value: Fraction
    before: str
    behind: str


def read_number(text: str, units: Units = "any") -> Fraction | None:
    r"""The number that a whole answer states; `None` when it is not one number.

    Args:
        text: The answer.
        units: `any` lets every word follow the number; `marked` lets only known units, percent and
            words in `\text{}` follow, so that `2n` stays an expression.

    Example:
        >>> read_number("$1,234.50 per year"), read_number("1 3/4 cups"), read_number("3 or 4")
        (Fraction(2469, 2), Fraction(7, 4), None)
    """
    parts = read_parts(text, units)
    return None if parts is None else parts.value


def read_parts(text: str, units: Units = "any") -> NumberParts | None:
    """As `read_number`, with what is written before and behind the number."""
    if PLAIN.fullmatch(text):
        return NumberParts(Fraction(int(text)), "", "")
    if len(text) > MAX_NUMERAL_CHARS:
        return None
    text = plain_characters(unboxed(text) if "box" in text else text)
    if len(text) > 2 * MAX_NUMERAL_CHARS:
        return None
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "$":
        text = text[1:-1]
    return _read_plain(text, units)


def _read_plain(text: str, units: Units) -> NumberParts | None:
    assigned = _ASSIGNMENT.match(text)
    if assigned:
        text = text[assigned.end() :]
    if "=" in text and (calculated := _CALCULATION.match(text)):
        text = text[calculated.end() :]
    opening = _PREFIX.match(text)
    text = _in_plain_digits(text[opening.end() :] if opening else text)
    body = _BODY.match(text)
    value = None if body is None else _value(body)
    if opening is None or body is None or value is None:
        return None
    rest = text[body.end() :]
    if (glued := _GLUED_SCALE.match(rest)) and (units == "any" or _MONEY.search(opening[0])):
        value *= 10 ** _GLUED_SCALES[glued[1]]
        rest = rest[glued.end() :]
    while scale := _SCALE.match(rest):
        value *= 10 ** _SCALES[scale[1].lower()]
        rest = '"' * (scale[0].count('"') % 2) + rest[scale.end() :]
    if not _is_unit(rest, units) or (units == "marked" and _is_pair(opening[0], body[0])):
        return None
    minus = (opening["sign"] not in (None, "+")) != (opening["sign2"] == "-")
    return NumberParts(-value if minus else value, opening[0], rest)


def _is_pair(before: str, number: str) -> bool:
    """Whether a number with a comma stands in brackets: a point or an interval, no thousands."""
    return "," in number and ("(" in before or "[" in before)


def _in_plain_digits(text: str) -> str:
    """The text with a number in words, or a decimal that ends in dots, at its start rewritten."""
    if text[:1].isalpha() or " and a " in text:
        return in_digits(text) or text
    if "..." in text or "dots" in text:
        return _DOTTED.sub(lambda match: rf"{match[1]}\overline{{{match[2] or match[3]}}}", text, 1)
    return text


def _is_unit(rest: str, units: Units) -> bool:
    if not rest:
        return True
    if units == "marked":
        return "!" not in rest and _MARKED_UNIT.fullmatch(rest) is not None
    if _NO_UNIT.match(rest) is not None or _ANY_UNIT.fullmatch(rest) is None:
        return False
    return len(rest) < _SHORTEST_MORE or _MORE_NUMBERS.search(rest) is None


def _value(body: re.Match[str]) -> Fraction | None:
    groups = body.groupdict()
    if groups["value"] is not None:
        exponent = next((body[n] for n in _POWER_GROUPS if body[n] is not None), "0")
        return _scaled(_decimal(groups["value"]), int(exponent))
    if groups["base"] is not None:
        return _raised(int(groups["base"]), int(groups["power"] or groups["power2"]))
    if groups["fixed"] is not None:
        return repeating(groups["fixed"], groups["period"] or groups["digit"])
    if groups["top"] is not None:
        return _ratio(_decimal(groups["top"]), _decimal(groups["bottom"]))
    if groups["mixed"] is not None:
        return _mixed(groups["mixed"], _ratio(Fraction(groups["upper"]), Fraction(groups["lower"])))
    parts = [body[n] for n in _FRACTION_GROUPS if body[n] is not None]
    return _mixed(groups["whole"] or "0", _ratio(_decimal(parts[0]), _decimal(parts[1])))


_FRACTION_GROUPS = range(_BODY.groupindex["whole"] + 1, _BODY.groupindex["mixed"])
_POWER_GROUPS = range(_BODY.groupindex["value"] + 1, _BODY.groups + 1)


def _decimal(text: str) -> Fraction:
    return Fraction(text.replace(",", "").replace(" ", ""))


def _ratio(top: Fraction, bottom: Fraction) -> Fraction | None:
    return top / bottom if bottom else None


def _mixed(whole: str, part: Fraction | None) -> Fraction | None:
    return None if part is None else int(whole) + part


def _raised(base: int, exponent: int) -> Fraction | None:
    if abs(exponent) > _MAX_EXPONENT or (base == 0 and exponent <= 0):
        return None
    return Fraction(base) ** exponent


def repeating(fixed: str, period: str) -> Fraction:
    """The number whose last places repeat for ever.

    Example:
        >>> repeating("0.1", "6")
        Fraction(1, 6)
    """
    whole, _, places = fixed.partition(".")
    head = Fraction(int(whole + places or "0"), 10 ** len(places))
    return head + Fraction(int(period), (10 ** len(period) - 1) * 10 ** len(places))


def _scaled(value: Fraction, exponent: int) -> Fraction | None:
    if abs(exponent) > _MAX_EXPONENT:
        return None
    return value * Fraction(10) ** exponent


def write_number(value: Fraction, digits: int) -> str:
    """A number in plain decimals, rounded to the canonical grid.

    From 1 upwards the grid has `digits` decimals, below 1 it has `digits` places after the first
    digit that is not zero. Writing is idempotent: reading the text and writing it again changes
    nothing.

    Example:
        >>> write_number(Fraction(2, 3), 6), write_number(Fraction(18), 6)
        ('0.6666667', '18')
    """
    if value.denominator == 1:
        return str(value.numerator)
    places = digits
    if abs(value) < 1:
        exact = _WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
        places -= exact.adjusted()
    scaled = round(value * 10**places)
    sign, text = "-" if scaled < 0 else "", str(abs(scaled)).rjust(places + 1, "0")
    return (sign + text[:-places] + "." + text[-places:]).rstrip("0").rstrip(".")
