"""Multiplying out and collecting like terms; the coefficients are the answer.

Kinds: `square` (ax + b)^2, `product` (ax + b)(cx + d), `collect` k(ax + b) + m(cx + d). The answer
is the tuple of coefficients, the highest power first: repeating the question is no answer.
"""

from collections.abc import Sequence
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import operand, sum_of
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import kinds_of, whole

KINDS = ("collect", "square", "product")
_ASKED = (
    "Multiply out {product} and collect like terms. Give the coefficients as {shape}, where the "
    "result is {result}.",
    "Write {product} in the form {result}. What is {shape}?",
    "{product} equals {result} for all x. Find {shape}.",
    "Expand and simplify {product} to {result}, and give {shape}.",
)
_RESULTS = {2: ("ax + b", "(a, b)"), 3: ("ax^2 + bx + c", "(a, b, c)")}
Pair = tuple[int, int]


@families.register("expansion")
class Expansion:
    """Expanding brackets; the answer is the tuple of coefficients.

    Args:
        kind: One of the kinds, or `mixed`.
        size: Largest coefficient.
    """

    name = "expansion"
    version = 1
    checker = "math"
    forms = ("answer", "cot", "program")

    def __init__(self, kind: str = "mixed", size: int = 9) -> None:
        self._kinds = kinds_of("kind", kind, KINDS, "mixed")
        self._size = whole("size", size, 2, 1000)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one expression."""
        kind = rng.choice(self._kinds)
        first, second = self._pair(rng), self._pair(rng)
        trace = Trace()
        if kind == "collect":
            outer = self._pair(rng)
            written, key = _collect(trace, outer, first, second)
        else:
            second = first if kind == "square" else second
            written, key = _product(trace, first, second)
        result, shape = _RESULTS[2 if kind == "collect" else 3]
        return Draft(
            text=rng.choice(_ASKED).format(product=written, result=result, shape=shape),
            answer=trace.answer,
            steps=trace.steps,
            key=key,
            difficulty=1 + KINDS.index(kind),
            meta={"kind": kind},
        )

    def _pair(self, rng: Random) -> Pair:
        slope = rng.choice((-1, 1, 1, 1)) * rng.randint(1, self._size)
        return slope, rng.choice((-1, 1)) * rng.randint(1, self._size)


def _bracket(pair: Pair) -> str:
    return f"({sum_of([(pair[0], 'x'), (pair[1], '')])})"


def _collect(trace: Trace, outer: Pair, first: Pair, second: Pair) -> tuple[str, str]:
    k, m = outer
    written = f"{sum_of([(k, _bracket(first)), (m, _bracket(second))])}"
    for name, label, place in (("a", "x", 0), ("b", "number", 1)):
        value = k * first[place] + m * second[place]
        formula = (
            f"{operand(k)} * {operand(first[place])} + {operand(m)} * {operand(second[place])}"
        )
        what = "The coefficient of x" if label == "x" else "The number"
        trace.add(name, formula, value, f"{what} is {{}}.")
    _tuple(trace, "ab")
    parts = sorted([(k, *first), (m, *second)])
    return written, "expansion:" + "+".join(f"{n}({a},{b})" for n, a, b in parts)


def _product(trace: Trace, first: Pair, second: Pair) -> tuple[str, str]:
    (p, q), (r, s) = first, second
    written = f"{_bracket(first)}^2" if first == second else _bracket(first) + _bracket(second)
    trace.add("a", f"{operand(p)} * {operand(r)}", p * r, "The coefficient of x^2 is {}.")
    formula = f"{operand(p)} * {operand(s)} + {operand(q)} * {operand(r)}"
    trace.add("b", formula, p * s + q * r, "The coefficient of x is {}.")
    trace.add("c", f"{operand(q)} * {operand(s)}", q * s, "The number is {}.")
    _tuple(trace, "abc")
    parts = sorted([first, second])
    return written, "expansion:" + "*".join(f"({a},{b})" for a, b in parts)


def _tuple(trace: Trace, names: Sequence[str]) -> None:
    values = ", ".join(step.value for step in trace.steps)
    text = f"So ({', '.join(names)}) = ({values})."
    trace.add("coefficients", f"({', '.join(names)})", f"({values})", text)
