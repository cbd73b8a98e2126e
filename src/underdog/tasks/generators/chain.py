"""Several operations in one expression, with brackets and precedence, one step per operation.

Divisions always come out whole. Expressions that are the same up to the order of summands and
factors share a key.
"""

from random import Random

from underdog.core.item import Draft, Step
from underdog.errors import ConfigError
from underdog.tasks.expressions import ExpressionWriter, expression_key
from underdog.tasks.form_sets import NUMERIC_CHAINS
from underdog.tasks.generators import families
from underdog.tasks.keys import sum_key
from underdog.tasks.knobs import ordered, share, whole
from underdog.tasks.operands import MOST_DIGITS, lengths_of
from underdog.tasks.phrasing import Phrasing, Symbols

_MOST_TERMS = 12
_NAMES = tuple(f"step_{place}" for place in range(1, _MOST_TERMS))


@families.register("chain")
class Chain:
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
    version = 1
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
        self._min_terms = whole("min_terms", min_terms, 2, _MOST_TERMS)
        self._max_terms = whole("max_terms", max_terms, 2, _MOST_TERMS)
        ordered("min_terms", min_terms, "max_terms", max_terms)
        self._digits = whole("digits", digits, 1, MOST_DIGITS)
        if not set(operators) <= set("+-*/") or not set(operators) & set("+-*"):
            raise ConfigError(f"operators must be among +-*/ and not only /, got {operators!r}")
        self._operators = operators
        self._draws = lengths_of(digits, operators)
        self._brackets = share("brackets", brackets)
        self._only_sums = set(operators) <= set("+-")
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """One expression."""
        terms = rng.randint(self._min_terms, self._max_terms)
        symbols = self._phrasing.symbols(rng)
        if self._only_sums and (terms < 3 or rng.random() >= self._brackets):
            return self._running_sum(rng, terms, symbols)
        writer = ExpressionWriter(rng, self._digits, self._operators, symbols)
        part = writer.write(terms, self._brackets)
        return Draft(
            self._phrasing.ask(rng, part.text),
            str(part.value),
            tuple(writer.steps),
            expression_key(part),
            terms * self._digits,
        )

    def _running_sum(self, rng: Random, terms: int, symbols: Symbols) -> Draft:
        """The common case, several times as fast as the writer of all expressions."""
        choice, randint, draws = rng.choice, rng.randint, self._draws
        plus, minus = symbols.plus, symbols.minus
        _, low, high = choice(draws)
        value = randint(low, high)
        signed = [value]
        text = name = written = str(value)
        steps: list[Step] = []
        for following in _NAMES[: terms - 1]:
            operator, low, high = choice(draws)
            number = randint(low, high)
            digits = str(number)
            if operator == "+":
                value += number
                signed.append(number)
                text += plus + digits
            else:
                value -= number
                signed.append(-number)
                text += minus + digits
            before, written = written, str(value)
            sentence = f"{before} {operator} {digits} = {written}."
            steps.append(Step(following, f"{name} {operator} {digits}", written, sentence))
            name = following
        return Draft(
            self._phrasing.ask(rng, text),
            written,
            tuple(steps),
            sum_key(signed),
            terms * self._digits,
            {},
        )
