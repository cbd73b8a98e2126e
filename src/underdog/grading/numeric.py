"""Answers that are one number: the fast, exact checker for arithmetic and word problems.

Not for expressions (see the `math` checker). It never calls a computer-algebra system: numbers are
read exactly as fractions (see `numerals`) and compared by one rule.

Tolerance: two numbers are equal when |a − b| ≤ tolerance · min(1, max(|a|, |b|)): absolute from 1
upwards, relative below. Different whole numbers are therefore never equal, however large, and tiny
numbers are not all alike. Keys are numbers rounded to a grid just finer than the tolerance.

Strict extraction reads the number at the last marked place (after its last `=` when that helps);
flexible extraction takes the last number in the reply.
"""

import math
import re
from fractions import Fraction

from underdog.core import Extraction, Grade, Problem, Question, Quick
from underdog.grading import checkers
from underdog.grading.markers import MarkedPlace, read_marked, tail
from underdog.grading.numerals import plain_characters, read_number, write_number
from underdog.grading.verdicts import OPAQUE, graded, opaque_key

_FLEXIBLE_CHARS = 20_000
_NUMERAL = re.compile(
    r"""(?<![\w.])(?:(?<=[\s(\[{:=*"'$€£])|(?<![\w)\]}\s]))?
        (?:(?<![\w)\]}%])[+-][ ]?(?=[$€£]?[\d.]))?[$€£]?
        (?:\\[dt]?frac\{-?\d+\}\{\d+\}
         |\d+[ ]\d+/\d+(?![\d/])
         |(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:/\d+(?![\d/]))?(?:e[+-]?\d{1,3}(?!\w))?
         |\.\d+)
        %?""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)


def close(left: Fraction, right: Fraction, tolerance: Fraction) -> bool:
    """Whether two numbers are equal within the documented rule."""
    if left == right:
        return True
    scale = min(Fraction(1), max(abs(left), abs(right)))
    return abs(left - right) <= tolerance * scale


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
        strict = read_marked(reply, _number_at)
        return Extraction(strict, strict or last_numeral(tail(reply)[-_FLEXIBLE_CHARS:]))

    def vote_key(self, answer: str, question: Question) -> str:
        """The number rounded to the grid, in plain decimals; an opaque key if it is no number."""
        number = None if answer.startswith(OPAQUE) else read_number(answer)
        return opaque_key(answer) if number is None else write_number(number, self._digits)

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Equal as numbers within the tolerance; answers that are no numbers, as strings."""
        if left == right:
            return True
        first, second = read_number(left), read_number(right)
        if first is None or second is None:
            return first is second and opaque_key(left) == opaque_key(right)
        return close(first, second, self._tolerance)

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right when equal to the gold answer."""
        return graded(answer, problem, self)


def last_numeral(text: str) -> str | None:
    """The last number written in a text, as written."""
    found: str | None = None
    for match in _NUMERAL.finditer(plain_characters(text)):
        found = match[0]
    return found


def _number_at(place: MarkedPlace) -> str | None:
    text = place.text[:_FLEXIBLE_CHARS]
    if read_number(text) is not None:
        return text
    after_equals = text.rpartition("=")[2]
    if read_number(after_equals) is not None:
        return after_equals.strip()
    first = _NUMERAL.search(plain_characters(text))
    return first[0] if first else None
