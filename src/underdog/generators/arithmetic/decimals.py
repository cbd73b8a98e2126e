"""The four operations on decimal numbers, worked with whole numbers and a shifted point.

Sums and differences of two or more numbers run from left to right; a product is that of the digits,
its point set afterwards; a quotient is taken after both numbers lost their point. All are exact.
"""

from dataclasses import dataclass
from random import Random

from underdog.core.item import Draft, Step
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.craft.decimal_text import decimal
from underdog.generators.craft.keys import decimal_pair_key, decimal_sum_key
from underdog.generators.craft.operands import number_of, range_of
from underdog.generators.craft.phrasing import Phrasing, Symbols, bracketed
from underdog.generators.form_sets import NUMERIC_CHAINS
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import span, whole

_MOST_DIGITS = 5
_MOST_PLACES = 4
_MOST_TERMS = 12
_MOST_LENGTH = 7
_TERM_BITS = 28  # for one term: its digit length, up to seven digits and a sign
_SPARE_BITS = 48


@dataclass(frozen=True, slots=True)
class DecimalNumbers:
    """The numbers of one calculation.

    Attributes:
        operator: `+` or `-` for sums and differences, `*` or `/`.
        units: Signed terms, factors, or divisor and quotient, each in units of its last place.
        written: The numbers as text in the question.
        places: Decimal places of the result.
        shift: Places by which the point of both numbers of a division is moved.
    """

    operator: str
    units: list[int]
    written: list[str]
    places: int
    shift: int = 0


@families.register("decimals")
class Decimals(KeyFirst[DecimalNumbers]):
    """Sums, differences, products and quotients of decimal numbers.

    Args:
        digits: Most digits before the point, 1 to 5.
        places: Most digits after it, 1 to 4; the two together at most 7.
        min_terms: Fewest numbers in a sum or difference, at least 2.
        max_terms: Most numbers in it, at most 12.
        operators: Which of `+-*/` occur.
        wording: `varied` or `plain`.
    """

    name = "decimals"
    version = 1
    checker = "numeric"
    forms = NUMERIC_CHAINS

    def __init__(
        self,
        digits: int = 2,
        places: int = 2,
        min_terms: int = 2,
        max_terms: int = 3,
        operators: str = "+-*/",
        wording: str = "varied",
    ) -> None:
        self._digits = whole("digits", digits, 1, _MOST_DIGITS)
        self._places = whole("places", places, 1, _MOST_PLACES)
        if digits + places > _MOST_LENGTH:
            raise ConfigError(
                f"digits + places must be at most {_MOST_LENGTH}, got {digits + places}"
            )
        self._min_terms, self._max_terms = span(
            "min_terms", min_terms, "max_terms", max_terms, 2, _MOST_TERMS
        )
        if not operators or not set(operators) <= set("+-*/"):
            raise ConfigError(f"operators must be some of +-*/, got {operators!r}")
        self._operators = operators
        self._sums = operators.replace("*", "").replace("/", "")
        self._ranges = [
            [range_of(length + after) for length in range(1, digits + 1)]
            for after in range(places + 1)
        ]
        self._phrasing = Phrasing(wording)

    def draw(self, rng: Random) -> tuple[str, DecimalNumbers]:
        """Canonical key, and the numbers in units of their last place."""
        operator = rng.choice(self._operators)
        if operator not in "+-":
            return self._factors(rng) if operator == "*" else self._ratio(rng)
        places = rng.randint(1, self._places)
        count = rng.randint(self._min_terms, self._max_terms)
        ranges = self._ranges[places]
        bits = rng.getrandbits(_TERM_BITS * count + _SPARE_BITS)
        signed: list[int] = []
        written: list[str] = []
        for _ in range(count):
            bits, place = divmod(bits, len(ranges))
            low, width = ranges[place]
            bits, number = divmod(bits, width)
            units = low + number
            written.append(decimal(units, places))
            bits, place = divmod(bits, len(self._sums))
            signed.append(units if self._sums[place] == "+" else -units)
        signed[0] = abs(signed[0])
        return decimal_sum_key(signed, places), DecimalNumbers(operator, signed, written, places)

    def write(self, rng: Random, key: str, numbers: DecimalNumbers) -> Draft:
        """Draft of a problem: one calculation."""
        symbols = self._phrasing.symbols(rng)
        if numbers.operator in "+-":
            return self._sum(rng, key, numbers, symbols)
        solve = self._product if numbers.operator == "*" else self._quotient
        return solve(rng, key, numbers, symbols)

    def _sum(self, rng: Random, key: str, numbers: DecimalNumbers, symbols: Symbols) -> Draft:
        signed, terms, places = numbers.units, numbers.written, numbers.places
        total = signed[0]
        text = name = value = terms[0]
        steps: list[Step] = []
        for place, (units, number) in enumerate(zip(signed[1:], terms[1:], strict=True), 1):
            total += units
            before, value = value, decimal(total, places)
            sign = "-" if units < 0 else "+"
            text += symbols.of(sign) + number
            formula, name = f"{name} {sign} {number}", f"sum_{place}"
            steps.append(Step(name, formula, value, f"{before} {sign} {number} = {value}."))
        return Draft(
            self._phrasing.ask(rng, text),
            value,
            tuple(steps),
            key,
            len(signed) * (self._digits + places),
        )

    def _factors(self, rng: Random) -> tuple[str, DecimalNumbers]:
        places = rng.randint(1, self._places), rng.randint(0, self._places)
        left, right = self._number(rng, places[0]), self._number(rng, places[1])
        written = [decimal(left, places[0]), decimal(right, places[1])]
        key = decimal_pair_key("mul", (left, places[0]), (right, places[1]))
        return key, DecimalNumbers("*", [left, right], written, sum(places))

    def _product(self, rng: Random, key: str, numbers: DecimalNumbers, symbols: Symbols) -> Draft:
        (left, right), (first, second), places = numbers.units, numbers.written, numbers.places
        shift, product = 10**places, str(left * right)
        answer = decimal(left * right, places)
        formula = f"{left} * {right}"
        steps = (
            Step("digits", formula, product, f"Without the points, {formula} = {product}."),
            Step("product", f"digits / {shift}", answer,
                 f"With {places} decimal places that is {product} / {shift} = {answer}."),
        )  # fmt: skip
        return Draft(
            self._phrasing.ask(rng, bracketed("*", first, second, symbols)),
            answer,
            steps,
            key,
            len(first) + len(second),
        )

    def _ratio(self, rng: Random) -> tuple[str, DecimalNumbers]:
        """Canonical key, and a divisor and a quotient; the dividend is their product."""
        places = rng.randint(0, self._places)
        divisor = self._number(rng, places) or 1
        result_places = rng.randint(1, self._places)
        result = self._number(rng, result_places)
        shift = places + result_places
        written = [decimal(divisor * result, shift), decimal(divisor, places)]
        numbers = DecimalNumbers("/", [divisor, result], written, result_places, shift)
        return f"div:{written[0]},{written[1]}", numbers

    def _quotient(self, rng: Random, key: str, numbers: DecimalNumbers, symbols: Symbols) -> Draft:
        (divisor, result), (first, second), places = numbers.units, numbers.written, numbers.places
        dividend, scaled = str(divisor * result), str(divisor * 10**places)
        answer, scale = decimal(result, places), str(10**numbers.shift)
        steps = (
            Step("dividend", f"{first} * {scale}", dividend,
                 f"Both numbers times {scale}: {first} * {scale} = {dividend}."),
            Step("divisor", f"{second} * {scale}", scaled, f"{second} * {scale} = {scaled}."),
            Step("quotient", "dividend / divisor", answer,
                 f"{dividend} / {scaled} = {answer}."),
        )  # fmt: skip
        return Draft(
            self._phrasing.ask(rng, bracketed("/", first, second, symbols)),
            answer,
            steps,
            key,
            len(first) + len(second),
        )

    def _number(self, rng: Random, places: int) -> int:
        return number_of(rng, rng.randint(1, self._digits) + places)
