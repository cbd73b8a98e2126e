"""Which of several numbers is the largest or smallest: integers, decimals or fractions.

Decimals are compared at the same number of places, where 9.11 and 9.9 are easily confused;
fractions over a common denominator. Numbers never tie.
"""

from fractions import Fraction
from math import lcm
from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.decimal_text import decimal
from underdog.generators.craft.operands import number_of
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.knobs import kinds_of, whole

KINDS = ("integers", "decimals", "fractions")
_MOST_NUMBERS = 6
_MOST_DRAWS = 100
_TWO = {
    True: ("Which is larger, {0}?", "Which number is greater: {0}?", "What is bigger, {0}?"),
    False: ("Which is smaller, {0}?", "Which number is less: {0}?", "What is the lower of {1}?"),
}
_MORE = {
    True: ("Which is the largest of {1}?", "Name the greatest of {1}.", "Find the maximum of {1}."),
    False: ("Which is the smallest of {1}?", "Name the least of {1}.", "Find the minimum of {1}."),
}


@families.register("comparison")
class Comparison:
    """The largest or smallest of a few numbers.

    Args:
        kind: `any`, or one of `integers`, `decimals`, `fractions`.
        numbers: Most numbers to compare, 2 to 6.
        digits: Most digits of a number before the point, 1 to 12.
        wording: `varied` or `plain`.
    """

    name = "comparison"
    version = 1
    checker = "numeric"
    forms = ("cot", "answer", "program")

    def __init__(
        self, kind: str = "any", numbers: int = 4, digits: int = 4, wording: str = "varied"
    ) -> None:
        self._kinds = kinds_of("kind", kind, KINDS)
        self._numbers = whole("numbers", numbers, 2, _MOST_NUMBERS)
        self._digits = whole("digits", digits, 1, 12)
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one comparison."""
        kind = rng.choice(self._kinds)
        written = self._distinct(rng, kind, rng.randint(2, self._numbers))
        values = [Fraction(text) for text in written]
        largest = rng.random() < 0.5
        value = max(values) if largest else min(values)
        answer = written[values.index(value)]
        name = "max" if largest else "min"
        formula = f"{name}({', '.join(written)})"
        word = "largest" if largest else "smallest"
        steps = [*_side_by_side(kind, written, values)]
        steps.append(Step("answer", formula, answer, f"The {word} of them is {answer}."))
        return Draft(
            self._question(rng, written, largest),
            answer,
            tuple(steps),
            "compare:" + ",".join(str(value) for value in sorted(values)),
            len(written) * max(map(len, written)),
            {"kind": kind},
        )

    def _question(self, rng: Random, written: list[str], largest: bool) -> str:
        patterns = (_TWO if len(written) == 2 else _MORE)[largest]
        head, last = ", ".join(written[:-1]), written[-1]
        return self._phrasing.pick(rng, patterns).format(f"{head} or {last}", f"{head} and {last}")

    def _distinct(self, rng: Random, kind: str, count: int) -> list[str]:
        found: dict[Fraction, str] = {}
        base = number_of(rng, rng.randint(1, self._digits))
        for _ in range(_MOST_DRAWS):
            text = self._number(rng, kind, base)
            found.setdefault(Fraction(text), text)
            if len(found) == count:
                break
        return list(found.values())

    def _number(self, rng: Random, kind: str, base: int) -> str:
        if kind == "fractions":
            bottom = rng.randint(2, 12)
            return f"{rng.randint(1, bottom - 1)}/{bottom}"
        near = rng.random() < 0.5
        if kind == "decimals":
            places = rng.randint(1, 3)
            whole_part = base if near else rng.randint(max(0, base - 1), base + 1)
            return decimal(whole_part * 10**places + rng.randint(1, 10**places - 1), places)
        if near:
            return str(base + rng.randint(0, max(9, base // 10)))
        return str(number_of(rng, rng.randint(1, self._digits)))


def _side_by_side(kind: str, written: list[str], values: list[Fraction]) -> list[Step]:
    """Steps that rewrite the numbers over one denominator, or in units of the smallest place."""
    if kind == "integers":
        return []
    common = lcm(*(value.denominator for value in values))
    if kind == "decimals":
        common = 10 ** max(len(text.partition(".")[2]) for text in written)
    steps: list[Step] = []
    for place, (text, value) in enumerate(zip(written, values, strict=True), 1):
        units = str(value.numerator * (common // value.denominator))
        over = f"{text} is {units}/{common}."
        formula = f"{text} * {common}" if kind == "decimals" else f"{common} * {text}"
        steps.append(Step(f"number_{place}", formula, units, over))
    return steps
