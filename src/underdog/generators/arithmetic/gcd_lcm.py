"""Greatest common divisors by Euclid's algorithm, and least common multiples from them."""

from random import Random

from underdog.core.item import Draft, Step, StepRow, steps_of
from underdog.generators import families
from underdog.generators.craft.phrasing import Phrasing, filled
from underdog.generators.form_sets import NUMERIC_CHAINS
from underdog.generators.key_first import KeyFirst
from underdog.generators.knobs import kinds_of, whole

KINDS = ("gcd", "lcm")
_LARGEST = 1_000_000
_MOST_DIVISIONS = 30
_BITS = 112  # one draw: 51 for the numbers, the rest keeps it fair
_COMMON = 1_000
_DIGITS = tuple(map(str, range(_COMMON)))
_TAKEN = tuple(f" - {times} * " for times in range(_COMMON))
_RESTS = tuple(f"rest_{place}" for place in range(1, _MOST_DIVISIONS + 1))
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
        """What is asked for, and of which two numbers."""
        bits = rng.getrandbits(_BITS)
        bits, place = divmod(bits, len(self._kinds))
        bits, rest = divmod(bits, self._shared)
        factor = 1 + rest
        most = self._largest // factor
        bits, rest = divmod(bits, most)
        first, second = factor + factor * rest, factor + factor * (bits % most)
        key = f"gcd:{first},{second}" if first <= second else f"gcd:{second},{first}"
        return key, (self._kinds[place], first, second)

    def write(self, rng: Random, key: str, numbers: tuple[str, int, int]) -> Draft:
        """One question."""
        kind, first, second = numbers
        steps = euclid(first, second)
        if kind == "lcm":
            steps += _multiple(first, second, int(steps[-1].value))
        return Draft(
            filled(rng, self._patterns[kind], str(first), str(second)),
            steps[-1].value,
            steps,
            key,
            len(steps),
            {"kind": kind},
        )


def euclid(first: int, second: int) -> tuple[Step, ...]:
    """The steps of Euclid's algorithm; the last one has the divisor.

    Example:
        >>> [step.formula for step in euclid(18, 12)]
        ['18 - 1 * 12', '12 - 2 * rest_1', 'rest_1 + rest_2']
    """
    high, low = (first, second) if first >= second else (second, first)
    high_text = high_name = str(high)
    low_text = low_name = str(low)
    rows: list[StepRow] = []
    for name in _RESTS:
        times, rest = high // low, high % low
        taken = _TAKEN[times] if times < _COMMON else f" - {times} * "
        written = _DIGITS[rest] if rest < _COMMON else str(rest)
        sentence = f"{high_text}{taken}{low_text} = {written}."
        rows.append((name, high_name + taken + low_name, written, sentence, ""))
        if not rest:
            text = f"The rest is 0, so the greatest common divisor is {low_text}."
            rows.append(("divisor", f"{low_name} + {name}", low_text, text, ""))
            break
        high, high_text, high_name = low, low_text, low_name
        low, low_text, low_name = rest, written, name
    return steps_of(rows)


def _multiple(first: int, second: int, divisor: int) -> tuple[Step, ...]:
    product = first * second
    written, multiple = str(product), str(product // divisor)
    formula = f"{first} * {second}"
    return steps_of(
        (
            ("product", formula, written, f"{formula} = {written}.", ""),
            (
                "multiple",
                "product // divisor",
                multiple,
                f"{written} / {divisor} = {multiple}.",
                "",
            ),
        )
    )
