"""Answers that are one number: the fast, exact checker for arithmetic and word problems.

Not for expressions (see the `math` checker). It never calls a computer-algebra system: numbers are
read exactly as fractions (see `numerals`), units by one rule (see `quantities`).

Tolerance: two numbers are equal when |a − b| ≤ tolerance · min(1, max(|a|, |b|)): absolute from 1
upwards, relative below. Different whole numbers are therefore never equal, however large, and tiny
numbers are not all alike. Keys are numbers rounded to a grid just finer than the tolerance.

Strict extraction reads the number at the last marked place (after its last `=` when that helps);
flexible extraction takes the last number in the reply. A number that cannot be read as a whole is
no answer, and no part of it is: `12:50` is not 12, `3-5` is neither 3 nor 5. `The answer is 5 or 6`
is no answer either, `not 5 but 6` is 6.
"""

import math
import re
from collections.abc import Iterator
from fractions import Fraction

from underdog.core import Extraction, Grade, Problem, Question, Quick
from underdog.grading import checkers
from underdog.grading.markers import HEDGED, MarkedPlace, read_reply, unboxed
from underdog.grading.numerals import plain_characters, read_number, write_number
from underdog.grading.quantities import (
    KnownUnit,
    Quantity,
    asked_unit,
    in_one_unit,
    read_quantity,
    starts_in_units,
    unit_text,
)
from underdog.grading.verdicts import OPAQUE, graded, opaque_key

_FLEXIBLE_CHARS = 20_000
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,40}>")
_PIECE = re.compile(r"\S+")
_RUN = re.compile(
    r"""(?<![\w\\])(?:[+-][ ]?)?(?:\\?[$€£¥₹]\s?)?[+-]?
        (?:\\[dtc]?frac\s*\{[^{}]*\}\s*\{[^{}]*\}|\d|\.\d)\S*""",
    re.ASCII | re.VERBOSE,
)
"""A number and all that is written against it, up to the next white space."""
_EDGES = ".,;:!?)]}\"'*_`$>|"
_ARROWS = re.compile(r"[=≈→⇒]|\\(?:approx|rightarrow|Rightarrow|to)(?![a-z])")
_MORE = re.compile(
    r"""(?:[ ]\d{3}(?!\d))*(?:[ ](?:and[ ])?\d+/\d+(?!\S*\d))?
        (?:\s*(?:\\times|\\cdot|\*|x)\s*10\s*(?:\^|\*\*)\s*\{?[+-]?\d+\}?)?
        (?:\s(?:hundred|thousand|million|billion|trillion)(?![a-z]))*""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
"""What may follow after a space and still belong to the number before it."""
_HEDGE_CHARS = 100
_EITHER = re.compile(
    r"(?:either\s+|[a-z]\s*=\s*)?([-+$€£]?\d\S*(?:\s[a-z]+)?)"
    r"\s+or\s+(?:[a-z]\s*=\s*)?([-+$€£]?\d\S*)",
    re.IGNORECASE,
)
_DENIED = re.compile(r"not\s", re.IGNORECASE)
_COMPOUND = re.compile(
    r"[$€£]?\d[\d.,]*\s?[a-zA-Z]+(?:,?\s(?:and\s)?\d[\d.,]*\s?[a-zA-Z]+(?![a-zA-Z\d]))+", re.ASCII
)
"""What may be a quantity in several units: `5 feet 2 inches`, `1 h 30 min`."""


def close(left: Fraction, right: Fraction, tolerance: Fraction) -> bool:
    """Whether two numbers are equal within the documented rule."""
    if left == right:
        return True
    if left.denominator == right.denominator == 1:
        return False
    scale = min(Fraction(1), max(abs(left), abs(right)))
    return abs(left - right) <= tolerance * scale


def same_quantity(
    left: Quantity, right: Quantity, asked: KnownUnit | None, tolerance: Fraction
) -> bool:
    """Whether two quantities are equal: see `quantities` for the rule on units."""
    if left.unit is right.unit is None:
        return close(left.number, right.number, tolerance)
    (first, unit), (second, other) = in_one_unit(left, asked), in_one_unit(right, asked)
    if unit == other and close(first, second, tolerance):
        return True
    stated = left.unit or right.unit
    if left.unit != right.unit:
        if left.unit and right.unit:
            return False
        if stated and asked and asked.base == stated.base:
            return False
    return close(left.number, right.number, tolerance)


def quantity_key(quantity: Quantity, asked: KnownUnit | None, digits: int) -> str:
    """Key of a quantity: its number on the grid, and the unit where one has to be said."""
    number, unit = in_one_unit(quantity, asked)
    return f"{write_number(number, digits)} {unit}".rstrip()


def grid_digits(tolerance: float) -> int:
    """Decimals of the coarsest power-of-ten grid that is not coarser than the tolerance."""
    if not 1e-15 <= tolerance < 1:
        raise ValueError(f"tolerance must be from 1e-15 to below 1, not {tolerance!r}")
    return math.ceil(-math.log10(tolerance))


@checkers.register("numeric")
class NumericChecker(Quick):
    """One number, exactly read: money, percent, fractions, thousands, powers of ten, units.

    Args:
        tolerance: Absolute tolerance for numbers from 1 upwards, relative below 1.
    """

    name = "numeric"

    def __init__(self, tolerance: float = 1e-6) -> None:
        self._digits = grid_digits(tolerance)
        self._tolerance = Fraction(str(tolerance))

    def extract(self, reply: str, question: Question) -> Extraction:
        """Strict: the number at the last marked place. Flexible: the last number."""
        return read_reply(reply, _number_at, lambda text: last_numeral(text[-_FLEXIBLE_CHARS:]))

    def vote_key(self, answer: str, question: Question) -> str:
        """The number rounded to the grid, in plain decimals, with its base unit if it states one.

        In the unit that the question asks for, and in dollars, no unit is written. An answer that
        is no number has an opaque key.
        """
        found = None if answer.startswith(OPAQUE) else read_quantity(answer)
        return (
            opaque_key(answer)
            if found is None
            else quantity_key(found, asked_unit(question), self._digits)
        )

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Equal as quantities within the tolerance; answers that are no numbers, as strings."""
        if left == right:
            return True
        first, second = read_quantity(left), read_quantity(right)
        if first is None or second is None:
            return first is second and opaque_key(left) == opaque_key(right)
        return same_quantity(first, second, asked_unit(question), self._tolerance)

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right when equal to the gold answer."""
        return graded(answer, problem, self)


def last_numeral(text: str) -> str | None:
    """The last number written in a text, as written; `None` when it cannot be read whole."""
    found = list(_numerals(text))
    return found[-1] if found else None


def _numerals(text: str) -> Iterator[str | None]:
    """Every number of a text in order, with its unit; `None` for one that cannot be read whole."""
    plain = plain_characters(_TAG.sub(" ", text))
    compounds = {
        match.start(): match for match in _COMPOUND.finditer(plain) if starts_in_units(match[0])
    }
    place = 0
    while match := _RUN.search(plain, place):
        digit = match.end() - len(match[0].lstrip("+- \\"))
        whole = compounds.get(match.start()) or compounds.get(digit)
        if whole is not None:
            place = whole.end()
            yield whole[0] if read_quantity(whole[0]) else None
            continue
        found, place = _numeral(plain, match)
        if found != "":
            yield found


def _numeral(plain: str, run: re.Match[str]) -> tuple[str | None, int]:
    """The number that a run states and where it ends; empty text for a run without a digit."""
    start, end = run.span()
    while arrow := _ARROWS.search(plain, start, end):  # `6*7=42`: what is behind the sign counts
        start = arrow.end()
    if not any(character.isdigit() for character in plain[start:end]):
        return "", end
    more = _MORE.match(plain, end)
    for stop in dict.fromkeys((more.end() if more else end, end)):
        written = plain[start:stop].strip().rstrip(_EDGES)
        if (number := read_number(written)) is not None:
            unit = "" if written[-1:].isalpha() else unit_text(plain[stop : stop + 40], number)
            return written + unit, stop + len(unit)
    return None, end


def _number_at(place: MarkedPlace) -> str | None:
    text = place.text[:_FLEXIBLE_CHARS]
    if read_number(text) is not None:
        left, equals, right = text.rpartition("=")
        return right.strip() if equals and any(map(str.isdigit, left)) else unboxed(text)
    if _DENIED.match(text):
        return None
    if (either := _EITHER.match(plain_characters(text[:_HEDGE_CHARS]))) is not None:
        first, second = (read_number(side) for side in either.groups())
        if first != second:
            return HEDGED
    after_equals = text.rpartition("=")[2]
    if read_number(after_equals) is not None:
        return after_equals.strip()
    return next(_numerals(text), None)
