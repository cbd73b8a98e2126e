"""Exact errors for solutions: a carry slip, a swapped operation, a misread number.

Not noise: each slip is one that people and models make, it is known where it is, and what follows
from it is calculated on. Training data for critiques, step labels for process verifiers.
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
        kind: What went wrong.
        expression: The calculation as it is wrongly written.
        value: The wrong value as it is written.
        wrong: What was put instead of `right`: a number or an operator; empty for a carry slip.
        right: What should stand there.
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
        right_value: Its value.
        text: The sentence of the exact solution; empty when it has none.
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
        lines: Its calculated steps, wrong from `place` on (later ones only if they use it).
        place: Index of the line with the slip.
        slip: The slip.
    """

    lines: tuple[Line, ...]
    place: int
    slip: Slip


def slip(kind: SlipKind, expression: str, value: str, rng: Random) -> Slip | None:
    """A slip of a kind in a calculation; `None` where there is none that changes the value.

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
    """An item's solution with one slip in it, and what follows from the slip.

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
    """The calculated steps of an item as lines without a slip; `None` as for `attempt`."""
    pairs = expressions(item)
    if pairs is None:
        return None
    steps = [step for step in item.steps if not is_given(step)]
    return [
        Line(written, value, written, value, step.text)
        for step, (written, value) in zip(steps, pairs, strict=True)
    ]


def _places(count: int, rng: Random) -> Iterator[tuple[int, SlipKind]]:
    """Three random tries, then every kind of slip in the last step, where nothing follows."""
    for _ in range(3):
        yield rng.randrange(count), rng.choice(KINDS)
    for kind in reversed(KINDS):
        yield count - 1, kind


def _from_slip(item: Item, place: int, made: Slip) -> list[Line] | None:
    """All lines, the slip in its place and later values calculated on from it."""
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
    """One in a column too much or too little."""
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
    """An expression's value as a plain number of few places."""
    try:
        text = show(evaluate(expression))
    except DataError:
        return None
    if not _PLAIN.fullmatch(text) or len(text.partition(".")[2]) > _MAX_PLACES:
        return None
    return text
