"""Greatest common divisors by Euclid's algorithm, and least common multiples from them."""

from itertools import count
from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.keys import pair_key
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.form_sets import NUMERIC_CHAINS
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import kinds_of, whole

KINDS = ("gcd", "lcm")
_LARGEST = 1_000_000
_BITS = 112  # of one draw: 51 for the numbers, the others make all numbers equally likely
_NOUNS = {
    "gcd": (
        "the greatest common divisor of {0} and {1}",
        "the gcd of {0} and {1}",
        "gcd({0}, {1})",
        "the highest common factor of {0} and {1}",
        "the largest number that divides both {0} and {1}",
    ),
    "lcm": (
        "the least common multiple of {0} and {1}",
        "the lcm of {0} and {1}",
        "lcm({0}, {1})",
        "the lowest common multiple of {0} and {1}",
        "the smallest positive number that both {0} and {1} divide",
    ),
}


@families.register("gcd_lcm")
class GcdLcm(KeyFirst[tuple[str, int, int]]):
    """Common divisors and multiples of two numbers.

    Args:
        kind: `any`, `gcd` or `lcm`.
        largest: Largest number, 2 to a million.
        shared: Largest factor put into both numbers, 1 to 1000; 1 puts none.
        wording: `varied` or `plain`.
    """

    name = "gcd_lcm"
    version = 1
    checker = "numeric"
    forms = NUMERIC_CHAINS

    def __init__(
        self, kind: str = "any", largest: int = 200, shared: int = 12, wording: str = "varied"
    ) -> None:
        self._kinds = kinds_of("kind", kind, KINDS)
        self._largest = whole("largest", largest, 2, _LARGEST)
        self._shared = min(whole("shared", shared, 1, 1000), self._largest)
        phrasing = Phrasing(wording)
        self._patterns = {name: phrasing.patterns(nouns) for name, nouns in _NOUNS.items()}

    def draw(self, rng: Random) -> tuple[str, tuple[str, int, int]]:
        """Canonical key, and the kind (`gcd` or `lcm`) with its two numbers."""
        bits = rng.getrandbits(_BITS)
        bits, place = divmod(bits, len(self._kinds))
        bits, rest = divmod(bits, self._shared)
        factor = 1 + rest
        most = self._largest // factor
        bits, rest = divmod(bits, most)
        first, second = factor + factor * rest, factor + factor * (bits % most)
        return pair_key("gcd", first, second), (self._kinds[place], first, second)

    def write(self, rng: Random, key: str, numbers: tuple[str, int, int]) -> Draft:
        """Draft of a problem: one question."""
        kind, first, second = numbers
        steps = euclid(first, second)
        if kind == "lcm":
            steps += _multiple(first, second, int(steps[-1].value))
        return Draft(
            rng.choice(self._patterns[kind]).fill(str(first), str(second)),
            steps[-1].value,
            steps,
            key,
            len(steps),
            {"kind": kind},
        )


def euclid(first: int, second: int) -> tuple[Step, ...]:
    """The steps of Euclid's algorithm; the value of the last one is the greatest common divisor.

    Example:
        >>> [step.formula for step in euclid(18, 12)]
        ['18 - 1 * 12', '12 - 2 * rest_1', 'rest_1 + rest_2']
    """
    high, low = max(first, second), min(first, second)
    high_name, low_name = str(high), str(low)
    steps: list[Step] = []
    for place in count(1):
        times, rest = divmod(high, low)
        name, formula = f"rest_{place}", f"{high_name} - {times} * {low_name}"
        text = f"{high} - {times} * {low} = {rest}."
        steps.append(Step(name, formula, str(rest), text))
        if not rest:
            text = f"The rest is 0, so the greatest common divisor is {low}."
            steps.append(Step("divisor", f"{low_name} + {name}", str(low), text))
            break
        high, high_name = low, low_name
        low, low_name = rest, name
    return tuple(steps)


def _multiple(first: int, second: int, divisor: int) -> tuple[Step, ...]:
    product, formula = first * second, f"{first} * {second}"
    multiple = product // divisor
    text = f"{product} / {divisor} = {multiple}."
    return (
        Step("product", formula, str(product), f"{formula} = {product}."),
        Step("multiple", "product // divisor", str(multiple), text),
    )
