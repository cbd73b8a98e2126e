"""Linear equations in one unknown with a whole solution, from one move to brackets on one side.

Levels: 1 `x + b = c` or `ax = c`; 2 `ax + b = c`; 3 `ax + b = cx + d`; 4 `k(mx + n) + b = cx + d`.
Equations that differ only by swapped sides, brackets or the letter share a key.
"""

from dataclasses import dataclass
from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.notation import in_python, operand, sum_of
from underdog.generators.form_sets import CALCULATED
from underdog.generators.knobs import span, whole

_ASKED = (
    "Solve for {x}: {equation}",
    "Solve {equation} for {x}.",
    "What is {x} if {equation}?",
    "Find the value of {x} that makes {equation} true.",
    "The equation {equation} has one solution. What is {x}?",
    "Given that {equation}, what is the value of {x}?",
)
_LETTERS = "xyzabkmnptw"


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of an equation, `slope * x + constant`: as written, and as Python in `x`."""

    slope: int
    constant: int
    text: str
    formula: str


@families.register("linear_equation")
class LinearEquation:
    """Linear equations in one unknown, up to `level` 4 (brackets and both sides).

    Args:
        min_level: Easiest kind drawn, 1 to 4.
        level: Hardest kind drawn, 1 to 4.
        size: Largest coefficient.
        solution: Largest size of the solution; negative ones are as frequent as positive ones.
    """

    name = "linear_equation"
    version = 1
    checker = "numeric"
    forms = CALCULATED

    def __init__(
        self, level: int = 4, min_level: int = 1, size: int = 12, solution: int = 20
    ) -> None:
        self._low, self._high = span("min_level", min_level, "level", level, 1, 4)
        self._size = whole("size", size, 3, 1000)
        self._solution = whole("solution", solution, 2, 10_000)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one equation."""
        level = rng.randint(self._low, self._high)
        letter = rng.choice(_LETTERS)
        solution = rng.choice((-1, 1)) * rng.randint(1, self._solution)
        opening: tuple[Step, ...] = ()
        if level == 4:
            left, opening = self._bracketed(rng, letter)
        else:
            left = self._plain(rng, level, letter)
        right = self._answering(rng, left, level, letter, solution)
        sides = (left, right) if rng.random() < 0.7 else (right, left)
        equation = f"{sides[0].text} = {sides[1].text}"
        formula = f"{sides[0].formula} = {sides[1].formula}"
        return Draft(
            text=rng.choice(_ASKED).format(x=letter, equation=equation),
            answer=str(solution),
            steps=opening + _solve(left, right, letter),
            key=_key(left, right),
            difficulty=level,
            meta={"level": level, "equations": [formula]},
        )

    def _nonzero(self, rng: Random) -> int:
        return rng.choice((-1, 1)) * rng.randint(1, self._size)

    def _plain(self, rng: Random, level: int, letter: str) -> _Side:
        if level == 1 and rng.random() < 0.5:
            slope, constant = 1, self._nonzero(rng)
        else:
            slope = rng.choice((-1, 1, 1)) * rng.randint(2, self._size)
            constant = 0 if level == 1 else self._nonzero(rng)
        terms = [(slope, letter), (constant, "")]
        if level > 1 and rng.random() < 0.3:
            terms.reverse()
        return _side(slope, constant, terms)

    def _bracketed(self, rng: Random, letter: str) -> tuple[_Side, tuple[Step, ...]]:
        factor, inner = rng.randint(2, self._size), rng.randint(1, 3)
        shift, rest = self._nonzero(rng), self._nonzero(rng) * rng.randint(0, 1)
        text = f"{factor}({sum_of([(inner, letter), (shift, '')])})"
        if rest:
            text += f" {'-' if rest < 0 else '+'} {abs(rest)}"
        slope, constant = factor * inner, factor * shift + rest
        formula = f"{factor} * {operand(shift)}"
        if rest:
            formula += f" {'-' if rest < 0 else '+'} {abs(rest)}"
        steps = (
            Step(
                f"{letter}_in_brackets",
                f"{factor} * {inner}",
                str(slope),
                f"Multiply out: {factor} * {inner} = {slope}, so the brackets give "
                f"{sum_of([(slope, letter)])}.",
            ),
            Step(
                "number_on_that_side",
                formula,
                str(constant),
                f"The numbers there give {formula} = {constant}.",
            ),
        )
        inside = in_python([(inner, "x"), (shift, "")])
        written = f"{factor} * ({inside})"
        if rest:
            written += f" {'-' if rest < 0 else '+'} {abs(rest)}"
        return _Side(slope, constant, text, written), steps

    def _answering(self, rng: Random, left: _Side, level: int, letter: str, solution: int) -> _Side:
        """The right-hand side for which `solution` is the only solution."""
        slope = 0
        while level >= 3 and slope in (0, left.slope):
            slope = self._nonzero(rng)
        constant = (left.slope - slope) * solution + left.constant
        terms = [(slope, letter), (constant, "")]
        if slope and rng.random() < 0.3:
            terms.reverse()
        return _side(slope, constant, terms)


def _side(slope: int, constant: int, terms: list[tuple[int, str]]) -> _Side:
    named = [(number, "x" if symbol else "") for number, symbol in terms]
    return _Side(slope, constant, sum_of(terms), in_python(named))


def _solve(left: _Side, right: _Side, letter: str) -> tuple[Step, ...]:
    slope, number = left.slope - right.slope, right.constant - left.constant
    solution = number // slope
    steps: list[Step] = []
    slope_name, number_name = str(slope), str(number)
    if right.slope:
        formula = f"{left.slope} - {operand(right.slope)}"
        slope_name = f"{letter}_terms"
        text = f"Bring the {letter} terms together: {formula} = {slope}, which gives "
        steps.append(Step(slope_name, formula, str(slope), text + f"{sum_of([(slope, letter)])}."))
    if left.constant:
        formula = f"{right.constant} - {operand(left.constant)}"
        number_name = "number"
        text = f"Bring the numbers to the other side: {formula} = {number}."
        steps.append(Step(number_name, formula, str(number), text))
    if slope != 1 or not left.constant:
        formula = f"{number_name} // {slope_name if right.slope else operand(slope)}"
        text = f"Divide: {letter} = {number} / {operand(slope)} = {solution}."
        steps.append(Step(letter, formula, str(solution), text))
    return tuple(steps)


def _key(left: _Side, right: _Side) -> str:
    one, two = sorted([(left.slope, left.constant), (right.slope, right.constant)])
    return f"linear_equation:{one[0]},{one[1]}={two[0]},{two[1]}"
