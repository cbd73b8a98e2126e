"""Systems of two or three linear equations with whole solutions, solved by elimination.

The question asks for one unknown or for the sum of all. Systems that differ only in the order or
sign of the equations or in the letters share a key.
"""

from collections.abc import Sequence
from itertools import permutations
from random import Random

from underdog.core.item import Draft, Step
from underdog.generators import families
from underdog.generators.craft.notation import in_python, operand, sum_of
from underdog.generators.form_sets import CALCULATED
from underdog.generators.knobs import span, whole

_ASKED = (
    "Solve the system {equations}. What is {target}?",
    "Given {equations}, find {target}.",
    "The numbers {letters} satisfy {equations}. What is the value of {target}?",
    "If {equations}, what is {target}?",
)
_LETTERS = ("x", "y", "z")
Row = tuple[int, ...]


@families.register("linear_system")
class LinearSystem:
    """Systems of 2 or 3 linear equations; one unknown or their sum is asked for.

    Args:
        min_unknowns: Fewest unknowns, 2 or 3.
        unknowns: Most unknowns, 2 or 3.
        size: Largest coefficient.
        solution: Largest size of an unknown.
    """

    name = "linear_system"
    version = 1
    checker = "numeric"
    forms = CALCULATED

    def __init__(
        self, unknowns: int = 3, min_unknowns: int = 2, size: int = 5, solution: int = 10
    ) -> None:
        self._fewest, self._most = span("min_unknowns", min_unknowns, "unknowns", unknowns, 2, 3)
        self._size = whole("size", size, 2, 100)
        self._solution = whole("solution", solution, 1, 1000)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one system of equations."""
        count = rng.randint(self._fewest, self._most)
        letters = _LETTERS[:count]
        solution = [rng.randint(-self._solution, self._solution) for _ in letters]
        rows = self._rows(rng, solution)
        asked = rng.randint(0, count)
        target = " + ".join(letters) if asked == count else letters[asked]
        equations = [_written(row, letters) for row in rows]
        steps = _eliminate(rows, letters, asked)
        return Draft(
            text=rng.choice(_ASKED).format(
                equations=f"{', '.join(equations[:-1])} and {equations[-1]}",
                letters=f"{', '.join(letters[:-1])} and {letters[-1]}",
                target=target,
            ),
            answer=steps[-1].value,
            steps=steps,
            key=_key(rows, asked),
            difficulty=count,
            meta={"unknowns": count, "equations": [*_system(rows, asked)]},
        )

    def _rows(self, rng: Random, solution: Sequence[int]) -> list[Row]:
        """Coefficients and right-hand side of each equation; elimination never divides by zero."""
        while True:
            rows: list[Row] = []
            for _ in solution:
                row = [rng.choice((-1, 1, 1)) * rng.randint(1, self._size) for _ in solution]
                total = sum(a * x for a, x in zip(row, solution, strict=True))
                rows.append((*row, total))
            if _regular(rows):
                return rows


def _regular(rows: Sequence[Row]) -> bool:
    if len(rows) == 2:
        return rows[0][0] * rows[1][1] != rows[1][0] * rows[0][1]
    reduced = [_without_last(rows[0], rows[other]) for other in (1, 2)]
    return reduced[0][1] != 0 and _regular(reduced)


def _without_last(first: Row, other: Row) -> Row:
    """The combination of two equations in which their last unknown has the coefficient 0."""
    left, right = other[-2], first[-2]
    combined = [left * a - right * b for a, b in zip(first, other, strict=True)]
    return (*combined[:-2], combined[-1])


def _written(row: Row, letters: Sequence[str]) -> str:
    return f"{sum_of(zip(row[:-1], letters, strict=True))} = {row[-1]}"


def _system(rows: Sequence[Row], asked: int) -> list[str]:
    """The equations as Python, the quantity asked for called `x`."""
    names = _LETTERS if asked == 0 else ("p", "q", "r")
    terms = [list(zip(row[:-1], names, strict=False)) for row in rows]
    lines = [f"{in_python(sums)} = {row[-1]}" for sums, row in zip(terms, rows, strict=True)]
    if asked == 0:
        return lines
    every = " + ".join(names[: len(rows)])
    return [*lines, f"x = {every if asked == len(rows) else names[asked]}"]


def _eliminate(rows: Sequence[Row], letters: Sequence[str], asked: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    pair: list[Row] = list(rows)
    if len(rows) == 3:
        pair = []
        for other in (1, 2):
            found, row = _drop_z(rows[0], rows[other], letters, other)
            steps += found
            pair.append(row)
    steps += _solve_pair(pair, letters[:2])
    if len(rows) == 3 and asked >= 2:
        steps.append(_substitute(rows[0], letters, [step.value for step in steps]))
    return tuple(_finish(steps, letters, asked))


def _drop_z(first: Row, other: Row, letters: Sequence[str], place: int) -> tuple[list[Step], Row]:
    row = _without_last(first, other)
    steps: list[Step] = []
    for column, value in zip((0, 1, 3), row, strict=True):
        label = letters[column] if column < 2 else "number"
        formula = (
            f"{operand(other[2])} * {operand(first[column])}"
            f" - {operand(first[2])} * {operand(other[column])}"
        )
        what = f"coefficient of {label}" if column < 2 else "number"
        text = f"The {what} is then {formula} = {value}."
        if column == 0:
            text = (
                f"Multiply equation 1 by {other[2]}, equation {place + 1} by {first[2]}, and "
                f"subtract, so that z falls out. {text}"
            )
        steps.append(Step(f"{label}_{place}", formula, str(value), text))
    return steps, row


def _solve_pair(pair: Sequence[Row], letters: Sequence[str]) -> list[Step]:
    (a, b, c), (d, e, f) = pair
    x, y = letters
    slope, number = e * a - b * d, e * c - b * f
    solution = number // slope
    up = f"{operand(e)} * {operand(a)} - {operand(b)} * {operand(d)}"
    right = f"{operand(e)} * {operand(c)} - {operand(b)} * {operand(f)}"
    opening = f"From {_written((a, b, c), letters)} and {_written((d, e, f), letters)}, "
    second = (c - a * solution) // b
    rest = f"({c} - {operand(a)} * {x}) // {operand(b)}"
    shown = f"({c} - {operand(a)} * {operand(solution)}) / {operand(b)}"
    return [
        Step("slope", up, str(slope), f"{opening}remove {y}: {up} = {slope} times {x}."),
        Step("right_side", right, str(number), f"The right side becomes {right} = {number}."),
        Step(
            x,
            "right_side // slope",
            str(solution),
            f"So {x} = {number} / {operand(slope)} = {solution}.",
        ),
        Step(y, rest, str(second), f"Then {y} = {shown} = {second}."),
    ]


def _substitute(row: Row, letters: Sequence[str], values: Sequence[str]) -> Step:
    """The step that works out the third unknown from the first equation."""
    x, y = int(values[-2]), int(values[-1])
    value = (row[3] - row[0] * x - row[1] * y) // row[2]
    parts = [str(row[3]), f"{operand(row[0])} * {letters[0]}", f"{operand(row[1])} * {letters[1]}"]
    shown = [str(row[3]), f"{operand(row[0])} * {operand(x)}", f"{operand(row[1])} * {operand(y)}"]
    return Step(
        letters[2],
        f"({' - '.join(parts)}) // {operand(row[2])}",
        str(value),
        f"Then {letters[2]} = ({' - '.join(shown)}) / {operand(row[2])} = {value}.",
    )


def _finish(steps: list[Step], letters: Sequence[str], asked: int) -> list[Step]:
    """The steps up to the unknown asked for, or with a last one that adds all unknowns."""
    if asked < len(letters):
        names = [step.name for step in steps]
        return steps[: names.index(letters[asked]) + 1]
    values = {step.name: int(step.value) for step in steps}
    total = sum(values[letter] for letter in letters)
    shown = " + ".join(operand(values[letter]) for letter in letters)
    formula = " + ".join(letters)
    return [*steps, Step("total", formula, str(total), f"{formula} = {shown} = {total}.")]


def _key(rows: Sequence[Row], asked: int) -> str:
    """Canonical key: the first in order of all texts of the system.

    The texts differ in the order and signs of the equations and in the order of the unknowns.
    """
    count = len(rows)
    writings: list[tuple[list[Row], int]] = []
    for order in permutations(range(count)):
        renamed = [_positive((*(row[place] for place in order), row[-1])) for row in rows]
        target = asked if asked == count else order.index(asked)
        writings.append((sorted(renamed), target))
    system, target = min(writings)
    return f"linear_system:{target}:" + ";".join(",".join(map(str, row)) for row in system)


def _positive(row: Row) -> Row:
    return row if row[0] > 0 else tuple(-value for value in row)
