"""Several operations in one expression, with brackets and precedence, one step per operation.

Divisions have no remainder. Expressions that are the same up to the order of summands and
factors share a key.
"""

from dataclasses import dataclass
from itertools import product
from random import Random

from underdog.core.item import Draft, Step
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.craft.expressions import ExpressionWriter, Part, expression_key
from underdog.generators.craft.keys import sum_key
from underdog.generators.craft.operands import MOST_DIGITS, range_of
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.form_sets import NUMERIC_CHAINS
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import share, span, whole

_MOST_TERMS = 12
_SPARE_BITS = 48


@dataclass(frozen=True, slots=True)
class Solved:
    """An expression with its solution.

    Attributes:
        part: The whole expression.
        writer: The writer of the expression, which holds the steps.
        terms: Count of the numbers in the expression.
    """

    part: Part
    writer: ExpressionWriter
    terms: int


@families.register("chain")
class Chain(KeyFirst[list[int] | Solved]):
    """Expressions of several numbers.

    Args:
        min_terms: Fewest numbers, at least 2.
        max_terms: Most numbers, at most 12.
        digits: Most digits of a number.
        operators: Which of `+-*/` occur; `+`, `-` or `*` must.
        brackets: Share of items of three or more numbers with a bracket.
        wording: `varied` or `plain`.
    """

    name = "chain"
    version = 2
    checker = "numeric"
    forms = NUMERIC_CHAINS

    def __init__(
        self,
        min_terms: int = 2,
        max_terms: int = 5,
        digits: int = 2,
        operators: str = "+-*/",
        brackets: float = 0.4,
        wording: str = "varied",
    ) -> None:
        self._min_terms, self._max_terms = span(
            "min_terms", min_terms, "max_terms", max_terms, 2, _MOST_TERMS
        )
        self._digits = whole("digits", digits, 1, MOST_DIGITS)
        if not set(operators) <= set("+-*/") or not set(operators) & set("+-*"):
            raise ConfigError(f"operators must be among +-*/ and not only /, got {operators!r}")
        self._operators = operators
        self._draws = _signed_ranges(digits, operators)
        self._most = range_of(digits)[1]  # numbers of the longest length, a multiple of any other
        self._term_bits = (len(self._draws) * self._most).bit_length()
        self._brackets = share("brackets", brackets)
        self._only_sums = set(operators) <= set("+-")
        self._phrasing = Phrasing(wording)

    def draw(self, rng: Random) -> tuple[str, list[int] | Solved]:
        """Canonical key, and the signed numbers of a plain sum or a whole expression."""
        terms = rng.randint(self._min_terms, self._max_terms)
        if self._only_sums and (terms < 3 or not self._brackets or rng.random() >= self._brackets):
            signed = self._signed(rng, terms)
            return sum_key(signed), signed
        symbols = self._phrasing.symbols(rng)
        writer = ExpressionWriter(rng, self._digits, self._operators, symbols)
        part = writer.write(terms, self._brackets)
        return expression_key(part), Solved(part, writer, terms)

    def write(self, rng: Random, key: str, numbers: list[int] | Solved) -> Draft:
        """Draft of a problem: one expression."""
        if isinstance(numbers, list):
            return self._running_sum(rng, key, numbers)
        return Draft(
            self._phrasing.ask(rng, numbers.part.text),
            str(numbers.part.value),
            numbers.writer.steps,
            key,
            numbers.terms * self._digits,
        )

    def _signed(self, rng: Random, terms: int) -> list[int]:
        """Summands, negative ones to be subtracted, from one draw of many bits."""
        draws, most = self._draws, self._most
        choices = len(draws) * most
        bits = rng.getrandbits(self._term_bits * terms + _SPARE_BITS)
        signed: list[int] = []
        for _ in range(terms):
            bits, drawn = divmod(bits, choices)
            sign, low, times = draws[drawn // most]
            signed.append(sign * (low + drawn % most // times))
        signed[0] = abs(signed[0])
        return signed

    def _running_sum(self, rng: Random, key: str, signed: list[int]) -> Draft:
        """Draft of a sum of signed numbers without brackets, solved from left to right."""
        value = signed[0]
        text = name = str(value)
        steps: list[Step] = []
        for place, number in enumerate(signed[1:], 1):
            change = f" - {-number}" if number < 0 else f" + {number}"
            text += change
            before, value = value, value + number
            formula, name = f"{name}{change}", f"step_{place}"
            steps.append(Step(name, formula, str(value), f"{before}{change} = {value}."))
        question = self._phrasing.ask_sum(rng, text)
        return Draft(question, str(value), tuple(steps), key, len(signed) * self._digits)


def _signed_ranges(digits: int, operators: str) -> tuple[tuple[int, int, int], ...]:
    """For each sign and digit length: sign, lowest number, and number of draws that give a number.

    Every pair of sign and length has as many draws in all, so one draw decides sign and number.
    """
    most = range_of(digits)[1]
    ranges = (range_of(length) for length in range(1, digits + 1))
    signs = [-1 if operator == "-" else 1 for operator in operators]
    return tuple((sign, low, most // width) for sign, (low, width) in product(signs, ranges))
