"""Quadratic equations with two different whole roots; one root, their sum or difference is asked.

Multiples of an equation and swapped sides share its key.
"""

from math import gcd
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import operand, polynomial
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import whole

_ASKED = (
    "Solve {equation}. What is {target}?",
    "The equation {equation} has two solutions. What is {target}?",
    "Find {target} of the equation {equation}.",
    "Consider {equation}. Give {target}.",
)
_TARGETS = {
    "larger": ("the larger solution", "the greater root"),
    "smaller": ("the smaller solution", "the lesser root"),
    "difference": ("the larger solution minus the smaller solution",),
}


@families.register("quadratic")
class Quadratic:
    """Quadratic equations with whole roots.

    Args:
        root: Largest size of a root.
        leading: Largest coefficient of the square.
    """

    name = "quadratic"
    version = 1
    checker = "numeric"
    forms = ("answer", "cot", "program")

    def __init__(self, root: int = 20, leading: int = 3) -> None:
        self._root = whole("root", root, 3, 1000)
        self._leading = whole("leading", leading, 1, 20)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one equation."""
        low, high = sorted(rng.sample(range(-self._root, self._root + 1), 2))
        a = rng.randint(1, self._leading)
        b, c = -a * (low + high), a * low * high
        target = rng.choice(tuple(_TARGETS))
        trace = Trace()
        _find(trace, (a, b, c), (low, high), target)
        return Draft(
            text=rng.choice(_ASKED).format(
                equation=_equation(rng, a, b, c), target=rng.choice(_TARGETS[target])
            ),
            answer=trace.answer,
            steps=trace.steps,
            key=f"quadratic:{','.join(str(n // gcd(a, b, c)) for n in (a, b, c))}:{target}",
            difficulty=max(abs(low), abs(high)) / 4 + (a > 1),
            meta={"roots": [low, high]},
        )


def _equation(rng: Random, a: int, b: int, c: int) -> str:
    if c and rng.random() < 0.3:
        return f"{polynomial([a, b, 0])} = {-c}"
    return f"{polynomial([a, b, c])} = 0"


def _find(
    trace: Trace, coefficients: tuple[int, int, int], roots: tuple[int, int], target: str
) -> None:
    """Add the steps of the quadratic formula, up to the quantity asked for."""
    a, b, c = coefficients
    low, high = roots
    formula = f"{operand(b)} ** 2 - 4 * {a} * {operand(c)}"
    trace.add(
        "discriminant",
        formula,
        b * b - 4 * a * c,
        f"Write it as {polynomial(coefficients)} = 0. The discriminant is {{}}.",
    )
    span = a * (high - low)
    trace.add("square_root", "round(discriminant ** 0.5)", span, f"Its square root is {span}.")
    if target == "difference":
        text = "The solutions differ by the square root over the leading coefficient: {}."
        trace.add("difference", f"square_root // {a}", high - low, text)
        return
    root, sign = (high, "+") if target == "larger" else (low, "-")
    formula = f"({-b} {sign} square_root) // {2 * a}"
    trace.add("root", formula, root, f"The {target} solution is {{}}.")
