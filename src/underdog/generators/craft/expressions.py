"""Random expressions with brackets and precedence, written and solved at the same time.

Each operation becomes one step, in the order in which a person would do them. Divisions come out
whole. The key is the same for all orders of summands and factors, and for a - b and b - a.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from underdog.core.item import Step
from underdog.generators.craft.keys import product_key, sum_key
from underdog.generators.craft.operands import range_of
from underdog.generators.craft.phrasing import Symbols

_DIVISORS = range(2, 13)
_LARGEST = 10**16
_SPARE_BITS = 24
_SIGNS = {"+": "-", "-": "+"}


@dataclass(slots=True)
class Part:
    """A piece of an expression while it is built.

    Attributes:
        text: The piece as the question writes it.
        name: Operand in later formulas: a number, or the name of the step with this value.
        value: Its value.
        shown: The value as text.
        terms: Its summands, as sign and canonical form; a single one when it is no sum.
        factors: Its factors, as `*` or `/` and canonical form; none when it is a sum.
    """

    text: str
    name: str
    value: int
    shown: str
    terms: list[tuple[str, str]]
    factors: list[tuple[str, str]]


class ExpressionWriter:
    """Writer of one expression.

    Args:
        rng: Source of the choices.
        digits: Most digits of a number.
        operators: Which of `+-*/` occur; not `/` alone.
        symbols: Written forms of the operators.
    """

    def __init__(self, rng: Random, digits: int, operators: str, symbols: Symbols) -> None:
        self._operations: list[tuple[str, str, str, str, str]] = []
        self._rng = rng
        self._ranges = _ranges(digits)
        self._bits = _SPARE_BITS + (10**digits).bit_length()
        self._operators = operators
        self._sums = operators.replace("*", "").replace("/", "")
        self._symbols = symbols

    @property
    def steps(self) -> tuple[Step, ...]:
        """One step per operation written so far."""
        steps: list[Step] = []
        for place, (formula, left, operator, right, value) in enumerate(self._operations, 1):
            second = f"({right})" if right[0] == "-" else right
            text = f"{left} {operator} {second} = {value}."
            steps.append(Step(f"step_{place}", formula, value, text))
        return tuple(steps)

    def write(self, terms: int, brackets: float) -> Part:
        """An expression of `terms` numbers; `brackets` is the probability of a part in brackets."""
        sizes = self._sizes(terms, brackets)
        text, total, sign = "", None, "+"
        run = self._unit(sizes[0], brackets)
        text = run.text
        for size in sizes[1:]:
            operator = self._rng.choice(self._operators)
            unit = self._unit(size, brackets)
            if operator in "*/":
                operator, unit = self._fitting(operator, unit, run.value, size)
            text += self._symbols.of(operator) + unit.text
            if operator in "*/":
                run = self._multiplied(run, operator, unit)
                continue
            total = self._added(total, sign, run)
            run, sign = unit, operator
        whole = self._added(total, sign, run)
        whole.text = text
        return whole

    def _sizes(self, terms: int, brackets: float) -> list[int]:
        if terms < 3 or not brackets or self._rng.random() >= brackets:
            return [1] * terms
        inside = self._rng.randint(2, terms - 1)
        sizes = [1] * (terms - inside + 1)
        sizes[self._rng.randint(0, terms - inside)] = inside
        return sizes

    def _unit(self, size: int, brackets: float) -> Part:
        if size == 1:
            ranges = self._ranges
            bits, place = divmod(self._rng.getrandbits(self._bits), len(ranges))
            low, width = ranges[place]
            return _number(low + bits % width)
        part = self.write(size, brackets / 2)
        part.text = f"({part.text})"
        return part

    def _fitting(self, operator: str, unit: Part, value: int, size: int) -> tuple[str, Part]:
        """A division without remainder, or another operation where there is none.

        Args:
            operator: `*` or `/`.
            unit: The factor or divisor drawn so far.
            value: Value of the product to the left.
            size: Count of numbers in `unit`.

        Returns:
            Operator and second operand.
        """
        if operator == "/":
            if size == 1:
                divisors = [divisor for divisor in _DIVISORS if value % divisor == 0]
                if value and divisors:
                    return "/", _number(self._rng.choice(divisors))
            elif unit.value and value % unit.value == 0:
                return "/", unit
            operator = "*" if "*" in self._operators else self._sums[0]
        if operator == "*" and self._sums and abs(value * unit.value) > _LARGEST:
            operator = self._sums[0]
        return operator, unit

    def _multiplied(self, run: Part, operator: str, unit: Part) -> Part:
        if operator == "*":
            value, sign = run.value * unit.value, "*"
            joined = _factors(run) + _factors(unit)
        else:
            value, sign = run.value // unit.value, "//"
            joined = [*_factors(run), ("/", _key(unit))]
        name, shown = self._note(f"{run.name} {sign} {unit.name}", run, operator, unit, value)
        return Part("", name, value, shown, [("+", _product(joined))], joined)

    def _added(self, total: Part | None, sign: str, run: Part) -> Part:
        if total is None:
            return run
        if sign == "+":
            value, joined = total.value + run.value, total.terms + run.terms
        else:
            value = total.value - run.value
            joined = total.terms + [(_SIGNS[mark], key) for mark, key in run.terms]
        name, shown = self._note(f"{total.name} {sign} {run.name}", total, sign, run, value)
        return Part("", name, value, shown, joined, [])

    def _note(
        self, formula: str, left: Part, operator: str, right: Part, value: int
    ) -> tuple[str, str]:
        """Record an operation; returns the name of its step, and its value as text."""
        shown = str(value)
        self._operations.append((formula, left.shown, operator, right.shown, shown))
        return f"step_{len(self._operations)}", shown


@cache
def _ranges(digits: int) -> tuple[tuple[int, int], ...]:
    """Lowest number and count of numbers of each length."""
    return tuple(range_of(length) for length in range(1, digits + 1))


def expression_key(part: Part) -> str:
    """Canonical key of a whole expression.

    Sums, differences, products and quotients of two numbers have the keys of their own families.
    """
    terms = part.terms
    if len(terms) == 1:
        factors = part.factors
        if len(factors) == 2 and factors[0][1].isdecimal() and factors[1][1].isdecimal():
            first, second = int(factors[0][1]), int(factors[1][1])
            return product_key(first, second) if factors[1][0] == "*" else f"div:{first},{second}"
        return f"chain:{terms[0][1]}"
    if all(key.isdecimal() for _, key in terms):
        return sum_key([int(sign + key) for sign, key in terms])
    ordered = sorted(terms, key=lambda term: term[1])
    if ordered[0][0] == "-":
        ordered = [(_SIGNS[sign], key) for sign, key in ordered]
    return "chain:" + "".join(sign + key for sign, key in ordered)


def _number(value: int) -> Part:
    text = str(value)
    return Part(text, text, value, text, [("+", text)], [("*", text)])


def _factors(part: Part) -> list[tuple[str, str]]:
    return part.factors or [("*", _key(part))]


def _key(part: Part) -> str:
    if len(part.terms) == 1 and part.terms[0][0] == "+":
        return part.terms[0][1]
    return "(" + "".join(sign + key for sign, key in sorted(part.terms, key=_by_key)) + ")"


def _by_key(term: tuple[str, str]) -> tuple[str, str]:
    return term[1], term[0]


def _product(factors: list[tuple[str, str]]) -> str:
    return "".join(sign + key for sign, key in sorted(factors))
