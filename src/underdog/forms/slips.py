"""Exact errors for solutions: a carry slip, a swapped operation, a misread number.

Not noise: each slip is one that people and models make, its place is known, and later steps are
calculated from the wrong value. Training data for critiques, step labels for process verifiers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Literal, TypeAlias

from underdog.core.item import Item
from underdog.errors import DataError
from underdog.forms.arithmetic import evaluate, show
from underdog.forms.solutions import expressions, in_numbers, is_given

SlipKind: TypeAlias = Literal["carry", "operator", "number"]

KINDS: tuple[SlipKind, ...] = ("carry", "operator", "number")
_OPERATOR = re.compile(r"(?<= )[-+*/](?= )")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
_SWAPPED = {"+": "-", "-": "+", "*": "+", "/": "*"}
_MAX_PLACES = 6


@dataclass(frozen=True, slots=True)
class Slip:
    """One wrong calculation.

    Attributes:
        kind: `carry`, `operator` or `number`.
        expression: The calculation as the attempt writes it; for a carry slip, the right one.
        value: The wrong value, as text.
        wrong: The wrong number or operator in the calculation; empty for a carry slip.
        right: The number or operator in its place in the exact solution; empty for a carry slip.
    """

    kind: SlipKind
    expression: str
    value: str
    wrong: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One calculated step of an attempt.

    Attributes:
        expression: The calculation as the attempt writes it.
        value: The value that the attempt gets.
        right_expression: The calculation of the exact solution.
        right_value: The value in the exact solution.
        text: The sentence of the exact solution; empty when the step has none.
    """

    expression: str
    value: str
    right_expression: str
    right_value: str
    text: str


@dataclass(frozen=True, slots=True)
class SlippedSolution:
    """A solution with one slip.

    Attributes:
        lines: The calculated steps; the one at `place` is wrong, and so are those that use it.
        place: Index of the line with the slip, from 0.
        slip: The slip on that line.
    """

    lines: tuple[Line, ...]
    place: int
    slip: Slip


def slip(kind: SlipKind, expression: str, value: str, rng: Random) -> Slip | None:
    """A slip of the given kind in a calculation; `None` if no such slip changes the value.

    Example:
        >>> slip("operator", "12 * 8", "96", Random(0))
        Slip(kind='operator', expression='12 + 8', value='20', wrong='+', right='*')
    """
    if kind == "carry":
        return _carry(expression, value, rng)
    pattern = _OPERATOR if kind == "operator" else _NUMBER
    places = list(pattern.finditer(expression))
    if not places:
        return None
    place = rng.choice(places)
    right = place[0]
    wrong = _SWAPPED[right] if kind == "operator" else _misread(right, rng)
    written = expression[: place.start()] + wrong + expression[place.end() :]
    found = _written(written)
    if found is None or found == value:
        return None
    return Slip(kind, written, found, wrong, right)


def attempt(item: Item, rng: Random) -> SlippedSolution | None:
    """An item's solution with one slip, later steps calculated from the wrong value.

    The final value is wrong as well. `None` when the steps are not plain arithmetic, or no slip
    was found that changes the answer.
    """
    right = exact_lines(item)
    if right is None:
        return None
    for place, kind in _places(len(right), rng):
        line = right[place]
        made = slip(kind, line.right_expression, line.right_value, rng)
        lines = None if made is None else _from_slip(item, place, made)
        if made is not None and lines and lines[-1].value != right[-1].right_value:
            return SlippedSolution(tuple(lines), place, made)
    return None


def exact_lines(item: Item) -> list[Line] | None:
    """The calculated steps of an item as lines without a slip.

    `None` when the steps are not plain arithmetic.
    """
    pairs = expressions(item)
    if pairs is None:
        return None
    steps = [step for step in item.steps if not is_given(step)]
    return [
        Line(written, value, written, value, step.text)
        for step, (written, value) in zip(steps, pairs, strict=True)
    ]


def _places(count: int, rng: Random) -> Iterator[tuple[int, SlipKind]]:
    """Step indices and kinds of slip to try: three random ones, then each kind in the last step."""
    for _ in range(3):
        yield rng.randrange(count), rng.choice(KINDS)
    for kind in reversed(KINDS):
        yield count - 1, kind


def _from_slip(item: Item, place: int, made: Slip) -> list[Line] | None:
    """The lines with the slip at index `place`, later values calculated from the wrong one.

    `None` when a later value is no plain number of few places.
    """
    right: dict[str, str] = {}
    values: dict[str, str] = {}
    lines: list[Line] = []
    for step in item.steps:
        expression, value = "", step.value
        if not is_given(step):
            exact = in_numbers(step, right) or ""
            expression = in_numbers(step, values) or exact
            if len(lines) == place:
                expression, value = made.expression, made.value
            elif expression != exact:
                found = _written(expression)
                if found is None:
                    return None
                value = found
            lines.append(Line(expression, value, exact, step.value, step.text))
        right[step.name], values[step.name] = step.value, value
    return lines


def _carry(expression: str, value: str, rng: Random) -> Slip:
    """A value that is one too large or too small in a column."""
    places = len(value.partition(".")[2])
    column = rng.randint(1, max(1, len(value.strip("-").replace(".", "")) - 1))
    amount = Fraction(rng.choice((-1, 1)) * 10**column, 10**places)
    return Slip("carry", expression, show(Fraction(value) + amount))


def _misread(number: str, rng: Random) -> str:
    """The number with two neighbouring digits exchanged, or its last digit one off."""
    swaps = [
        place
        for place in range(len(number) - 1)
        if number[place] != number[place + 1] and number[place : place + 2].isdigit()
        and (place or number[1] != "0")
    ]  # fmt: skip
    if swaps:
        place = rng.choice(swaps)
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    last = (int(number[-1]) + rng.choice((1, 9))) % 10
    return number[:-1] + str(last)


def _written(expression: str) -> str | None:
    """An expression's value as a plain number of few places; `None` if it has none."""
    try:
        text = show(evaluate(expression))
    except DataError:
        return None
    if not _PLAIN.fullmatch(text) or len(text.partition(".")[2]) > _MAX_PLACES:
        return None
    return text
