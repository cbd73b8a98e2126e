"""Greatest common divisors by Euclid's algorithm, and least common multiples from them."""

from random import Random

from underdog.core.item import Draft, Step
from underdog.tasks.form_sets import NUMERIC_CHAINS
from underdog.tasks.generators import families
from underdog.tasks.keys import pair_key
from underdog.tasks.knobs import one_of, whole
from underdog.tasks.phrasing import Phrasing

KINDS = ("gcd", "lcm")
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
class GcdLcm:
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
        chosen = one_of("kind", kind, ("any", *KINDS))
        self._kinds = KINDS if chosen == "any" else (chosen,)
        self._largest = whole("largest", largest, 2, 1_000_000)
        self._shared = min(whole("shared", shared, 1, 1000), self._largest)
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """One question."""
        kind = rng.choice(self._kinds)
        factor = rng.randint(1, self._shared)
        most = self._largest // factor
        first, second = factor * rng.randint(1, most), factor * rng.randint(1, most)
        steps, divisor, name = euclid(first, second)
        if kind == "lcm":
            steps += _multiple(first, second, divisor, name)
        noun = self._phrasing.pick(rng, _NOUNS[kind]).format(first, second)
        return Draft(
            self._phrasing.ask_noun(rng, noun),
            steps[-1].value,
            tuple(steps),
            pair_key("gcd", first, second),
            len(steps),
            {"kind": kind},
        )


def euclid(first: int, second: int) -> tuple[list[Step], int, str]:
    """The steps of Euclid's algorithm, the divisor, and the name of the step that has it.

    Example:
        >>> [step.formula for step in euclid(18, 12)[0]]
        ['18 - 1 * 12', '12 - 2 * rest_1', 'rest_1 + 0']
    """
    high, low = (first, second) if first >= second else (second, first)
    high_name, low_name = str(high), str(low)
    steps: list[Step] = []
    place = 0
    while low:
        place += 1
        quotient, rest = divmod(high, low)
        formula = f"{high_name} - {quotient} * {low_name}"
        text = f"{high} - {quotient} * {low} = {rest}."
        high_name, low_name = low_name, f"rest_{place}"
        steps.append(Step(low_name, formula, str(rest), text))
        high, low = low, rest
    value = str(high)
    text = f"The rest is 0, so the greatest common divisor is {value}."
    steps.append(Step("divisor", f"{high_name} + {low_name}", value, text))
    return steps, high, "divisor"


def _multiple(first: int, second: int, divisor: int, name: str) -> list[Step]:
    product = first * second
    multiple = product // divisor
    return [
        Step("product", f"{first} * {second}", str(product), f"{first} * {second} = {product}."),
        Step("multiple", f"product // {name}", str(multiple),
             f"{product} / {divisor} = {multiple}."),
    ]  # fmt: skip
