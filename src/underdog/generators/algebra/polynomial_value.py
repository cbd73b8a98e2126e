"""Evaluating a polynomial at a whole number, term by term."""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import operand, polynomial
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import whole

_ASKED = (
    "What is {polynomial} when {x} = {at}?",
    "Evaluate {polynomial} at {x} = {at}.",
    "Let f({x}) = {polynomial}. What is f({at})?",
    "Find the value of {polynomial} for {x} = {at}.",
    "If p({x}) = {polynomial}, compute p({at}).",
)
_ORDINALS = {1: "linear", 2: "quadratic", 3: "cubic", 4: "fourth-power"}


@families.register("polynomial_value")
class PolynomialValue:
    """Values of polynomials of degree up to `degree`.

    Args:
        degree: Highest degree, 1 to 4.
        size: Largest coefficient.
        at: Largest size of the number put in.
    """

    name = "polynomial_value"
    version = 1
    checker = "numeric"
    forms = ("answer", "cot", "equations", "program", "socratic", "critique")

    def __init__(self, degree: int = 3, size: int = 9, at: int = 6) -> None:
        self._degree = whole("degree", degree, 1, 4)
        self._size = whole("size", size, 2, 1000)
        self._at = whole("at", at, 2, 100)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one polynomial and a number."""
        degree = rng.randint(1, self._degree)
        coefficients = [rng.randint(-self._size, self._size) for _ in range(degree + 1)]
        coefficients[0] = rng.choice((-1, 1, 1)) * rng.randint(1, self._size)
        coefficients[-1] = coefficients[-1] or rng.randint(1, self._size)
        at = rng.choice((-1, 1)) * rng.randint(2, self._at)
        trace = Trace()
        _evaluate(trace, coefficients, at)
        letter = rng.choice("xntz")
        return Draft(
            text=rng.choice(_ASKED).format(
                polynomial=polynomial(coefficients, letter), x=letter, at=at
            ),
            answer=trace.answer,
            steps=trace.steps,
            key=f"polynomial_value:{','.join(map(str, coefficients))}:{at}",
            difficulty=degree + (at < 0) / 2,
            meta={"coefficients": [*coefficients], "at": at},
        )


def _evaluate(trace: Trace, coefficients: list[int], at: int) -> None:
    degree = len(coefficients) - 1
    parts: list[str] = []
    for exponent, coefficient in zip(range(degree, 0, -1), coefficients, strict=False):
        if not coefficient:
            continue
        power = operand(at) if exponent == 1 else f"{operand(at)} ** {exponent}"
        name = f"{_ORDINALS[exponent].replace('-', '_')}_term"
        value = coefficient * at**exponent
        text = f"The {_ORDINALS[exponent]} term is {{}}."
        trace.add(name, f"{operand(coefficient)} * {power}", value, text)
        parts.append(name)
    total = sum(c * at ** (degree - place) for place, c in enumerate(coefficients))
    constant = coefficients[-1]
    formula = f"{' + '.join(parts)} {'-' if constant < 0 else '+'} {abs(constant)}"
    trace.add("total", formula, total, "Together that is {}.")
