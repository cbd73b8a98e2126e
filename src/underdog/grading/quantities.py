"""Quantities: a number with the unit it is stated in, compared by one rule.

**Two answers that both state a known unit are equal when they are the same quantity**: units of one
kind are converted (`3 km` is `3000 m`, `1 h 30 min` is `90 min`, `$0.50` is `50 cents`), units of
different kinds never match (`3000 kg` is not `3000 m`). **An answer without a unit** stands for the
unit that the question asks for ("how many minutes", "in feet"); where the question names none, it
is compared as written (`3` with `3 km`), and votes of the two are two. Other words are no units and
are dropped: `18 apples` is 18, `50%` is 50, an angle in degrees is its number; of `$5 per hour`
only the dollars are compared, while lengths per time are speeds.

Known are length, area, volume, mass, time, months and years, speed, temperature and money. A month
is a twelfth of a year and no number of days; a ton is 2,000 pounds, a tonne 1,000 kg; an ounce is a
mass; gallons, quarts, pints, cups and spoons are those of the US. Different currencies never match.
`5 am` is not `5 pm`; other times of day are no quantities. Behind hours, `m` is minutes.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from underdog.core import Question
from underdog.grading.numerals import PLAIN, Units, plain_characters, read_parts
from underdog.grading.spelled_numbers import all_in_digits

_INCH = Fraction("0.0254")
_POUND = Fraction("453.59237")
_GALLON = 231 * _INCH**3


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit of measure.

    Attributes:
        base: The base unit of its kind, as keys spell it.
        factor: How many base units it is.
        offset: Base units at its zero; only temperatures have one.
    """

    base: str
    factor: Fraction
    offset: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and the known unit behind it.

    Attributes:
        number: The number as written; for several units, in the smallest of them.
        unit: Its unit; `None` when it states none that is known.
    """

    number: Fraction
    unit: KnownUnit | None


_TABLE = {
    "m": {
        "1": "m meter meters metre metres", "1000": "km kilometer kilometers kilometre kilometres",
        "0.01": "cm centimeter centimeters centimetre centimetres",
        "0.001": "mm millimeter millimeters millimetre millimetres",
        "0.0254": "in inch inches", "0.3048": "ft foot feet", "0.9144": "yd yds yard yards",
        "1609.344": "mi mile miles", "1852": "nautical-mile nautical-miles",
    },
    "g": {
        "1": "g gram grams gramme grammes", "1000": "kg kgs kilo kilos kilogram kilograms",
        "0.001": "mg milligram milligrams", "453.59237": "lb lbs pound pounds",
        "28.349523125": "oz ounce ounces", "6350.29318": "stone stones",
        "907184.74": "ton tons", "1000000": "tonne tonnes metric-ton metric-tons",
    },
    "s": {
        "1": "s sec secs second seconds", "60": "min mins minute minutes",
        "3600": "h hr hrs hour hours", "86400": "day days", "604800": "week weeks",
        "0.001": "ms millisecond milliseconds",
    },
    "month": {
        "1": "month months", "12": "yr yrs year years", "120": "decade decades",
        "1200": "century centuries",
    },
    "m^3": {
        "0.001": "l L liter liters litre litres", "0.000001": "ml mL milliliter milliliters "
        "millilitre millilitres cc", "0.00001": "cl centiliter centiliters",
        "0.0001": "dl deciliter deciliters",
    },
    "degC": {"1": "C degC celsius degrees-celsius degrees-C"},
    "usd": {"1": "$ usd dollar dollars buck bucks", "0.01": "¢ cent cents penny pennies"},
    "eur": {"1": "€ eur euro euros"},
    "gbp": {"1": "£ gbp", "0.01": "pence"},
    "yen": {"1": "¥ yen jpy"},
    "inr": {"1": "₹ inr rs rupee rupees"},
    "am": {"1": "am a.m"},
    "pm": {"1": "pm p.m"},
}  # fmt: skip
_UNITS = {
    name: KnownUnit(base, Fraction(factor))
    for base, rows in _TABLE.items()
    for factor, names in rows.items()
    for name in names.split()
} | {
    name: KnownUnit("m^3", _GALLON / parts)
    for parts, names in {
        1: "gal gallon gallons", 4: "qt quart quarts", 8: "pt pint pints", 16: "cup cups",
        128: "fl-oz fluid-ounce fluid-ounces", 256: "tbsp tablespoon tablespoons",
        768: "tsp teaspoon teaspoons",
    }.items()
    for name in names.split()
} | {
    name: KnownUnit("degC", Fraction(5, 9), Fraction(-160, 9))
    for name in ("F", "fahrenheit", "degrees-fahrenheit", "degrees-F")
} | {
    name: KnownUnit("m/s", Fraction(factor))
    for name, factor in (("mph", "0.44704"), ("kph", "5/18"), ("kmh", "5/18"))
}  # fmt: skip
_TERSE = {
    "m", "g", "s", "h", "l", "L", "in", "mi", "C", "F", "pt", "cc", "rs", "second", "stone", "am",
    "pm", "a.m", "p.m",
}  # fmt: skip
"""Names that are other words too: they count only where nothing but marks follows."""
_MAX_CHARS = 100
_LINE_END = re.compile(r"\n|[.;!?](?:\s|\Z)")
_EDGE = " \t\n\"'*_`().,;:!?$\\-"
_LEAD = re.compile(r"[\s\"'*_`(\\-]*")
_POWERED = re.compile(r"(?P<words>square|cubic|sq\.?|cu\.?)\s+", re.IGNORECASE)
_WORD = re.compile(
    r"(?:nautical|metric|fl\.?|fluid|degrees?)[ ](?=[a-zA-Z])|[ap]\.m(?![a-z])|[a-zA-Z]+|[€£¥₹]",
    re.IGNORECASE,
)
_EXPONENT = re.compile(r"\"?\s?\^?\s?\{?([23])\}?(?![\d.])")
_PER = re.compile(r"[\s\"]*(?:/|\bper\b|\ba(?:n)?\b)[\s\"]*([a-zA-Z]+)")
_MONEY_SIGN = re.compile(r"(\$|€|£|¥|₹)|\b(USD|EUR|GBP|INR|Rs)", re.IGNORECASE)
_PART = re.compile(
    r"[$€£]?\d[\d,]*(?:\.\d+)?(?:\s\d+/\d+)?[\s\"]*[a-zA-Z]+\.?\"?(?:,?\s(?:and\s)?|(?=\d)|\Z)"
)
_ARTICLE = re.compile(r"an?\s(?=[a-zA-Z])", re.IGNORECASE)
_ASKED = re.compile(
    r"\bhow many(?: \w+){0,2}? (?P<many>UNIT)\b"
    r"|\b(?:in|number of|nearest|express \w+ in)(?: whole| full)? (?P<named>UNIT)"
    r"(?=\s*(?:[?.)]|$))".replace("UNIT", r"(?:(?:square|cubic) )?[a-z]+(?: per [a-z]+)?"),
    re.IGNORECASE,
)
_OLD = re.compile(r"\bhow old\b|\bage\b", re.IGNORECASE)


def read_quantity(text: str, units: Units = "any") -> Quantity | None:
    """The quantity that a whole answer states; `None` when it is not one number.

    Args:
        text: The answer.
        units: As for `numerals.read_number`.

    Example:
        >>> read_quantity("1 h 30 min").number, read_quantity("18 apples").unit
        (Fraction(90, 1), None)
    """
    if PLAIN.fullmatch(text):
        return Quantity(Fraction(int(text)), None)
    parts = read_parts(text, units)
    if parts is not None:
        return Quantity(parts.value, _unit_behind(parts.before, parts.behind, parts.value))
    return _several(text)


def _several(text: str) -> Quantity | None:
    """A quantity in several units of one kind, the larger first: `5 feet 2 inches`."""
    plain = plain_characters(text[: 2 * _MAX_CHARS]).strip().strip("*_`$.").strip()
    if len(plain) > _MAX_CHARS:
        return None
    article = _ARTICLE.match(plain)
    plain = all_in_digits(_ARTICLE.sub("1 ", plain, count=1) if article else plain)
    pieces: list[str] = []
    place = 0
    while found := _PART.match(plain, place):
        pieces.append(found[0])
        place = found.end()
    if place != len(plain) or len(pieces) < (1 if article else 2):
        return None
    total, last = Fraction(0), None
    for piece in pieces:
        read = read_parts(re.sub(r",?\s(?:and\s)?\Z", "", piece), "any")
        unit = None if read is None else _unit_behind(read.before, read.behind, read.value)
        if read is None or unit is None or unit.offset:
            return None
        if unit is _UNITS["m"] and last is not None and last.base == "s":
            unit = _UNITS["min"]
        if last is not None and (last.base != unit.base or last.factor <= unit.factor):
            return None
        total, last = total + read.value * unit.factor, unit
    return None if last is None else Quantity(total / last.factor, last)


def _unit_behind(before: str, behind: str, number: Fraction) -> KnownUnit | None:
    """The unit of a number, from the sign before it or the words behind it."""
    named = _leading_unit(behind, number)
    if named is not None:
        return named
    sign = _MONEY_SIGN.search(before) if before else None
    return None if sign is None else _UNITS[(sign[1] or sign[2]).lower()]


def unit_text(words: str, number: Fraction) -> str:
    """As much of a text as belongs to a number before it: a known unit, or nothing."""
    line = _LINE_END.split(words, maxsplit=1)[0]
    found = _leading(line, number)
    return "" if found is None else line[: found[1]]


def starts_in_units(text: str) -> bool:
    """Whether each number of a text is followed by a known unit, though not always of one kind."""
    words = re.split(r"[$€£]?\d[\d.,]*\s?", text)[1:]
    return all(_leading(re.sub(r",?\s(?:and\s)?\Z", "", word), Fraction(2)) for word in words)


def _leading_unit(words: str, number: Fraction) -> KnownUnit | None:
    if not words:
        return None
    found = _leading(words, number)
    return None if found is None else found[0]


def _leading(words: str, number: Fraction) -> tuple[KnownUnit, int] | None:
    """The unit that a text begins with, and where it ends."""
    place = _match_end(_LEAD, words, 0)
    power = _POWERED.match(words, place)
    name, place = _name(words, power.end() if power else place)
    unit = _UNITS.get(name) or _UNITS.get(name.lower())
    if unit is None:
        return None
    exponent = 1
    if power is not None:
        exponent = 2 if power["words"].lower().startswith("s") else 3
    elif written := _EXPONENT.match(words, place):
        exponent, place = int(written[1]), written.end()
    below = _PER.match(words, place)
    over = _UNITS.get(below[1].lower()) if below else None
    if unit.base == "m" and over is not None and over.base == "s":
        return KnownUnit("m/s", unit.factor / over.factor), below.end() if below else place
    bare = not words[place:].strip(_EDGE)
    if not bare and below is None:
        singular = not name.endswith("s") and name.lower() not in ("feet", "celsius", "inches")
        if name in _TERSE or (singular and len(name) > 2 and abs(number) != 1):
            return None  # `5 in total`, `3 cup holders`, `2 second places`
    if exponent == 1:
        return unit, place
    return (KnownUnit(f"m^{exponent}", unit.factor**exponent), place) if unit.base == "m" else None


def _name(words: str, place: int) -> tuple[str, int]:
    first = _WORD.match(words, place)
    if first is None:
        return "", place
    second = _WORD.match(words, first.end()) if first[0].endswith(" ") else None
    if second is None:
        return first[0].strip(), first.end()
    joined = f"{first[0].strip().rstrip('.').lower()}-{second[0]}"
    joined = joined.replace("degree-", "degrees-")
    return (joined if joined in _UNITS else joined.lower()), second.end()


def _match_end(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


@lru_cache(maxsize=4096)
def _asked(text: str) -> KnownUnit | None:
    found = [
        unit
        for match in _ASKED.finditer(text[-600:])
        if (unit := _leading_unit(match["many"] or match["named"], Fraction(2))) is not None
    ]
    if found:
        return found[-1]
    return _UNITS["years"] if _OLD.search(text[-600:]) else None


def asked_unit(question: Question) -> KnownUnit | None:
    """The unit that a question asks for, where it names one.

    Example:
        >>> asked_unit(Question("q", "t", "How many minutes is that?")).factor
        Fraction(60, 1)
    """
    return _asked(question.text)


def in_one_unit(quantity: Quantity, asked: KnownUnit | None) -> tuple[Fraction, str]:
    """What is compared of a quantity, and what a key says behind it.

    Args:
        quantity: The quantity.
        asked: The unit that the question asks for.

    Returns:
        The number in the asked unit with no name, where it is one of that unit's kind; else the
        number in base units and their name. Dollars have no name where no unit is asked for.
    """
    if quantity.unit is None:
        return quantity.number, ""
    unit = quantity.unit
    in_base = quantity.number * unit.factor + unit.offset
    if asked is not None and asked.base == unit.base:
        return (in_base - asked.offset) / asked.factor, ""
    return in_base, "" if unit.base == "usd" and asked is None else unit.base
