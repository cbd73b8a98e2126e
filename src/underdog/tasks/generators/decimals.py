"""The four operations on decimal numbers, worked with whole numbers and a shifted point.

Sums and differences of two or more numbers run from left to right; a product is that of the digits,
its point set afterwards; a quotient is taken after both numbers lost their point. All are exact.
"""

from random import Random

from underdog.core.item import Draft, Step
from underdog.errors import ConfigError
from underdog.tasks.decimals import decimal
from underdog.tasks.form_sets import NUMERIC_CHAINS
from underdog.tasks.generators import families
from underdog.tasks.keys import decimal_pair_key, sum_key
from underdog.tasks.knobs import ordered, whole
from underdog.tasks.operands import number_of
from underdog.tasks.phrasing import Phrasing, Symbols, bracketed

_MOST_DIGITS = 5
_MOST_PLACES = 4
_MOST_TERMS = 12
_MOST_LENGTH = 7


@families.register("decimals")
class Decimals:
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
        self._min_terms = whole("min_terms", min_terms, 2, _MOST_TERMS)
        self._max_terms = whole("max_terms", max_terms, 2, _MOST_TERMS)
        ordered("min_terms", min_terms, "max_terms", max_terms)
        if not operators or not set(operators) <= set("+-*/"):
            raise ConfigError(f"operators must be some of +-*/, got {operators!r}")
        self._operators = operators
        self._sums = operators.replace("*", "").replace("/", "")
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """One calculation."""
        operator = rng.choice(self._operators)
        symbols = self._phrasing.symbols(rng)
        if operator in "+-":
            return self._sum(rng, operator, symbols)
        return self._product(rng, symbols) if operator == "*" else self._quotient(rng, symbols)

    def _sum(self, rng: Random, operator: str, symbols: Symbols) -> Draft:
        places = rng.randint(1, self._places)
        total = self._number(rng, places)
        terms = [total]
        text = name = written = decimal(total, places)
        known = {total: text, -total: f"-{text}"}
        steps: list[Step] = []
        for place in range(1, rng.randint(self._min_terms, self._max_terms)):
            units = self._number(rng, places)
            number = known[units] = decimal(units, places)
            known[-units] = f"-{number}"
            text += symbols.of(operator) + number
            terms.append(units if operator == "+" else -units)
            total += terms[-1]
            before, written = written, decimal(total, places)
            sentence = f"{before} {operator} {number} = {written}."
            steps.append(Step(f"sum_{place}", f"{name} {operator} {number}", written, sentence))
            name = f"sum_{place}"
            operator = rng.choice(self._sums)
        return Draft(
            self._phrasing.ask(rng, text),
            written,
            tuple(steps),
            sum_key(terms, known.__getitem__),
            len(terms) * (self._digits + places),
        )

    def _product(self, rng: Random, symbols: Symbols) -> Draft:
        places = rng.randint(1, self._places), rng.randint(0, self._places)
        left, right = self._number(rng, places[0]), self._number(rng, places[1])
        first, second = decimal(left, places[0]), decimal(right, places[1])
        shift = 10 ** sum(places)
        answer = decimal(left * right, sum(places))
        steps = (
            Step("digits", f"{left} * {right}", str(left * right),
                 f"Without the points, {left} * {right} = {left * right}."),
            Step("product", f"digits / {shift}", answer,
                 f"With {sum(places)} decimal places that is {left * right} / {shift} = {answer}."),
        )  # fmt: skip
        return Draft(
            self._phrasing.ask(rng, bracketed("*", first, second, symbols)),
            answer,
            steps,
            decimal_pair_key("mul", (left, places[0]), (right, places[1])),
            len(first) + len(second),
        )

    def _quotient(self, rng: Random, symbols: Symbols) -> Draft:
        places = rng.randint(0, self._places)
        divisor = self._number(rng, places) or 1
        result_places = rng.randint(1, self._places)
        result = self._number(rng, result_places)
        dividend = divisor * result
        shift = places + result_places
        first, second = decimal(dividend, shift), decimal(divisor, places)
        answer = decimal(result, result_places)
        divided = f"{dividend} / {divisor * 10**result_places}"
        steps = (
            Step("dividend", f"{first} * {10**shift}", str(dividend),
                 f"Both numbers times {10**shift}: {first} * {10**shift} = {dividend}."),
            Step("divisor", f"{second} * {10**shift}", str(divisor * 10**result_places),
                 f"{second} * {10**shift} = {divisor * 10**result_places}."),
            Step("quotient", "dividend / divisor", answer, f"{divided} = {answer}."),
        )  # fmt: skip
        return Draft(
            self._phrasing.ask(rng, bracketed("/", first, second, symbols)),
            answer,
            steps,
            f"div:{first},{second}",
            len(first) + len(second),
        )

    def _number(self, rng: Random, places: int) -> int:
        return number_of(rng, rng.randint(1, self._digits) + places)
