"""Remainders: of a number, of a sum or product, and of a power by repeated squaring."""

from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.operands import number_of
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.knobs import kinds_of, whole

KINDS = ("number", "sum", "product", "power")
_NOUNS = (
    "the remainder when {0} is divided by {1}",
    "{0} modulo {1}",
    "{0} mod {1}",
    "the rest of {0} after division by {1}",
    "what is left over when {0} is divided by {1}",
)
_MARKS = {"sum": "+", "product": "*", "power": "^"}


@families.register("modular")
class Modular:
    """Remainders of whole numbers.

    Args:
        kind: `any`, or one of `number`, `sum`, `product`, `power`.
        digits: Most digits of an operand, 1 to 16; exponents stay below 64.
        largest: Largest modulus, 2 to 1000.
        wording: `varied` or `plain`.
    """

    name = "modular"
    version = 1
    checker = "numeric"
    forms = ("cot", "answer", "program", "equations", "reversed")

    def __init__(
        self, kind: str = "any", digits: int = 3, largest: int = 20, wording: str = "varied"
    ) -> None:
        self._kinds = kinds_of("kind", kind, KINDS)
        self._digits = whole("digits", digits, 1, 16)
        self._largest = whole("largest", largest, 2, 1000)
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one remainder."""
        kind = rng.choice(self._kinds)
        modulus = rng.randint(2, self._largest)
        left = number_of(rng, rng.randint(1, self._digits))
        if kind == "number":
            steps = [_remainder("remainder", str(left), left, modulus)]
            written, key = str(left), f"mod:{left},{modulus}"
        else:
            right = number_of(rng, rng.randint(1, self._digits))
            if kind == "power":
                right = rng.randint(2, 63)
                steps = _power(left, right, modulus)
            else:
                steps = _combined(_MARKS[kind], left, right, modulus)
            mark = _MARKS[kind]
            low, high = (left, right) if kind == "power" else sorted((left, right))
            written, key = f"{left} {mark} {right}", f"mod:{low}{mark}{high},{modulus}"
        bracketed = written if kind == "number" else f"({written})"
        noun = self._phrasing.pick(rng, _NOUNS).format(bracketed, modulus)
        return Draft(
            self._phrasing.ask_noun(rng, noun),
            steps[-1].value,
            tuple(steps),
            key,
            len(written) + len(str(modulus)),
            {"kind": kind},
        )


def _remainder(name: str, formula: str, number: int, modulus: int) -> Step:
    quotient, rest = divmod(number, modulus)
    text = f"{number} = {quotient} * {modulus} + {rest}, so the remainder is {rest}."
    return Step(name, f"{formula} % {modulus}", str(rest), text)


def _combined(mark: str, left: int, right: int, modulus: int) -> list[Step]:
    first, second = left % modulus, right % modulus
    total = first + second if mark == "+" else first * second
    return [
        _remainder("first", str(left), left, modulus),
        _remainder("second", str(right), right, modulus),
        Step("combined", f"first {mark} second", str(total),
             f"{first} {mark} {second} = {total}."),
        _remainder("remainder", "combined", total, modulus),
    ]  # fmt: skip


def _power(base: int, exponent: int, modulus: int) -> list[Step]:
    """Steps of repeated squaring: also multiply by the base where the exponent's bit is 1."""
    steps = [_remainder("base", str(base), base, modulus)]
    start = value = base % modulus
    name = "base"
    for place, bit in enumerate(f"{exponent:b}"[1:], 1):
        square = value * value
        steps.append(Step(f"square_{place}", f"{name} * {name}", str(square),
                          f"{value} * {value} = {square}."))  # fmt: skip
        name, value = f"power_{place}", square % modulus
        steps.append(_remainder(name, f"square_{place}", square, modulus))
        if bit == "1":
            product = value * start
            steps.append(Step(f"times_{place}", f"{name} * base", str(product),
                              f"{value} * {start} = {product}."))  # fmt: skip
            name, value = f"next_{place}", product % modulus
            steps.append(_remainder(name, f"times_{place}", product, modulus))
    return steps
