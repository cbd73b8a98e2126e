"""Powers of integers with small exponents, as repeated multiplication."""

from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.keys import product_key
from underdog.generators.craft.phrasing import Phrasing
from underdog.generators.form_sets import NUMERIC_CHAINS
from underdog.generators.knobs import share, span, whole

_NOUNS = {
    2: ("{0} squared", "the square of {0}", "{0} to the power of 2"),
    3: ("{0} cubed", "the cube of {0}", "{0} to the power of 3"),
}
_HIGHER = ("{0} to the power of {1}", "{0} raised to the power {1}", "the power {0} to the {1}")
_SYMBOLS = ("{0}^{1}", "{0}**{1}", "{0} ^ {1}", "{0} ** {1}")


@families.register("powers")
class Powers:
    """Integers raised to a whole power.

    Args:
        largest: Largest base, 2 to 9999.
        min_exponent: Smallest exponent, 2 or more.
        max_exponent: Largest exponent, at most 8.
        negatives: Share of items with a negative base.
        wording: `varied` or `plain`.
    """

    name = "powers"
    version = 1
    checker = "numeric"
    forms = NUMERIC_CHAINS

    def __init__(
        self,
        largest: int = 99,
        min_exponent: int = 2,
        max_exponent: int = 4,
        negatives: float = 0.1,
        wording: str = "varied",
    ) -> None:
        self._largest = whole("largest", largest, 2, 9999)
        self._low, self._high = span(
            "min_exponent", min_exponent, "max_exponent", max_exponent, 2, 8
        )
        self._negatives = share("negatives", negatives)
        self._phrasing = Phrasing(wording)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one power."""
        exponent = rng.randint(self._low, self._high)
        base = rng.randint(2, self._largest)
        size = base
        if rng.random() < self._negatives:
            base = -base
        steps = _steps(base, exponent)
        square = product_key(size, size)
        return Draft(
            self._question(rng, base, exponent),
            steps[-1].value,
            steps,
            square if exponent == 2 else f"pow:{size},{exponent}",
            len(str(size)) * exponent,
        )

    def _question(self, rng: Random, base: int, exponent: int) -> str:
        written = f"({base})" if base < 0 else str(base)
        pattern = self._phrasing.pick(rng, _SYMBOLS * 2 + _NOUNS.get(exponent, _HIGHER))
        return self._phrasing.ask_noun(rng, pattern.format(written, exponent))


def _steps(base: int, exponent: int) -> tuple[Step, ...]:
    factor = f"({base})" if base < 0 else str(base)
    steps: list[Step] = []
    name, value = str(base), base
    for power in range(2, exponent + 1):
        before, value = value, value * base
        text = f"{before} * {factor} = {value}."
        formula = f"{name} * {factor}"
        name = f"power_{power}"
        steps.append(Step(name, formula, str(value), text))
    return tuple(steps)
