"""Chances with fair dice, exact fractions: one die to three, of the same or of different sizes.

Kinds: `sum`, `product`, `difference`, `highest` and `lowest` (exactly, at least, at most,
from … to), `some` (at least one die shows …), `all` (every die shows …). Outcomes are equally
likely; the dice are told apart when counting.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from math import prod
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.chance.dice_words import ASKED, EVENTS, FACES, dice_named
from underdog.generators.craft.notation import listed
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import one_of, whole

_SIDES = (4, 6, 8, 10, 12, 20)
_MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class _Measure:
    """A number computed from a roll, such as its sum.

    Attributes:
        of: Value for the faces of a roll.
        written: Python expression of the value from the names of the dice.
        least_dice: Fewest dice in a question about the number.
        most_dice: Most dice in a question about the number.
    """

    of: Callable[[tuple[int, ...]], int]
    written: Callable[[str], str]
    least_dice: int = 2
    most_dice: int = 3


_MEASURES = {
    "sum": _Measure(sum, lambda names: " + ".join(names), 1),
    "product": _Measure(prod, lambda names: " * ".join(names), 2, 2),
    "difference": _Measure(
        lambda roll: abs(roll[0] - roll[1]), lambda names: f"abs({' - '.join(names)})", 2, 2
    ),
    "highest": _Measure(max, lambda names: f"max({', '.join(names)})"),
    "lowest": _Measure(min, lambda names: f"min({', '.join(names)})"),
}
KINDS = ("all", "some", *_MEASURES)
_BOUNDS = ("exactly", "at least", "at most", "between", "between")


@families.register("dice")
class Dice:
    """Chances when rolling dice, as fractions.

    Args:
        dice: Most dice, 1 to 3.
        sides: Most sides; dice of 4, 6, 8, 10, 12 and 20 sides are used.
        kind: One of the kinds, or `mixed`.
    """

    name = "dice"
    version = 2
    checker = "numeric"
    forms = ("answer", "cot", "program")

    def __init__(self, dice: int = 3, sides: int = 20, kind: str = "mixed") -> None:
        self._dice = whole("dice", dice, 1, 3)
        most = whole("sides", sides, 4, 20)
        self._sides = tuple(count for count in _SIDES if count <= most)
        chosen = one_of("kind", kind, (*KINDS, "mixed"))
        self._kinds = KINDS if chosen == "mixed" else (chosen,)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one probability."""
        kind = rng.choice(self._kinds)
        count = self._count(rng, kind)
        sides = tuple(sorted(rng.choice(self._sides) for _ in range(count)))
        if count == 1:
            kind = "sum" if kind in _MEASURES else "all"
        trace = Trace()
        if kind in _MEASURES:
            event, key = _bounded(trace, rng, sides, kind)
        else:
            event, key = _faces(trace, rng, sides, kind)
        named = dice_named(sides)
        text = rng.choice(ASKED).format(
            dice=named, Dice=named[0].upper() + named[1:], be="is" if count == 1 else "are",
            event=event,
        )  # fmt: skip
        return Draft(
            text=text,
            answer=trace.answer,
            steps=trace.steps,
            key=f"dice:{'x'.join(map(str, sides))}:{key}",
            difficulty=count + KINDS.index(kind) / 2,
            meta={"kind": kind, "dice": count, "sides": [*sides]},
        )

    def _count(self, rng: Random, kind: str) -> int:
        """Number of dice; larger numbers are more frequent, since they allow more questions."""
        measure = _MEASURES.get(kind)
        most = min(self._dice, measure.most_dice) if measure else self._dice
        least = min(most, measure.least_dice) if measure else 1
        return max(rng.randint(least, most), rng.randint(least, most))


def _outcomes(trace: Trace, sides: tuple[int, ...]) -> int:
    total = prod(sides)
    if len(sides) == 1:
        trace.add("outcomes", str(total), total, f"There are {total} equally likely outcomes.")
    elif len(set(sides)) == 1:
        text = f"There are {sides[0]}^{len(sides)} = {total} equally likely outcomes."
        trace.add("outcomes", f"{sides[0]} ** {len(sides)}", total, text)
    else:
        trace.add(
            "outcomes", " * ".join(map(str, sides)), total, "There are {} equally likely outcomes."
        )
    return total


def _ratio(trace: Trace, favourable: int, total: int) -> None:
    chance = Fraction(favourable, total)
    shown = f"{favourable}/{total}"
    result = "" if shown == str(chance) else f" = {chance}"
    trace.add("chance", "favourable / outcomes", chance, f"The probability is {shown}{result}.")


@cache
def _distribution(sides: tuple[int, ...], kind: str) -> Mapping[int, int]:
    """Number of rolls by value of a measure, in ascending order of the values."""
    rolls = product(*(range(1, count + 1) for count in sides))
    return dict(sorted(Counter(map(_MEASURES[kind].of, rolls)).items()))


def _bounded(trace: Trace, rng: Random, sides: tuple[int, ...], kind: str) -> tuple[str, str]:
    """Event in words and its part of the key: a bound on a measure, neither sure nor impossible."""
    ways = _distribution(sides, kind)
    values = list(ways)
    while True:
        words, low, high = _bounds(rng, values)
        found = {value: number for value, number in ways.items() if low <= value <= high}
        few = kind != "product" or len(found) <= _MOST_VALUES
        if few and len(found) < len(values):
            break
    total = _outcomes(trace, sides)
    names = "abc"[: len(sides)]
    loops = " ".join(
        f"for {name} in range(1, {count + 1})" for name, count in zip(names, sides, strict=True)
    )
    written = _MEASURES[kind].written(names)
    test = f"{low} <= {written} <= {high}" if low < high else f"{written} == {low}"
    favourable = sum(found.values())
    phrase = rng.choice(EVENTS["one" if len(sides) == 1 else kind]).format(bound=words)
    trace.add(
        "favourable", f"sum(1 {loops} if {test})", favourable, _counted(found, favourable, phrase)
    )
    _ratio(trace, favourable, total)
    if len(sides) == 1:
        return phrase, f"all:{favourable}"
    return phrase, f"{kind}{min(found)}-{max(found)}"


def _bounds(rng: Random, values: list[int]) -> tuple[str, int, int]:
    """A condition on a value in words, and its smallest and largest value."""
    kind = rng.choice(_BOUNDS)
    bound = rng.choice(values)
    if kind == "exactly":
        return f"exactly {bound}", bound, bound
    if kind == "at least":
        return f"at least {bound}", bound, values[-1]
    if kind == "at most":
        return f"at most {bound}", values[0], bound
    low, high = sorted(rng.sample(values, 2))
    return f"from {low} to {high} (both included)", low, high


def _counted(found: Mapping[int, int], favourable: int, phrase: str) -> str:
    """The sentence that counts the favourable outcomes, value by value."""
    if len(found) == 1 or favourable == len(found):
        return f"In {favourable} of them {phrase}."
    total = f"{' + '.join(map(str, found.values()))} = {favourable}"
    return f"The values {', '.join(map(str, found))} come up in {total} of them."


def _faces(trace: Trace, rng: Random, sides: tuple[int, ...], kind: str) -> tuple[str, str]:
    """Event in words and its part of the key: all dice, or at least one, show a kind of face."""
    label, test = _face_set(rng, sides)
    total = _outcomes(trace, sides)
    good = [sum(map(test, range(1, count + 1))) for count in sides]
    wanted = good if kind == "all" else [n - k for n, k in zip(sides, good, strict=True)]
    verb = "show" if kind == "all" else "do not show"
    parts = listed([f"{n} of {of} faces" for n, of in zip(wanted, sides, strict=True)])
    text = f"The dice {verb} {label} on {parts}: {{}} outcomes."
    name = "favourable" if kind == "all" else "without"
    if len(sides) == 1:
        text = f"{good[0]} of the {sides[0]} faces {'shows' if good[0] == 1 else 'show'} {label}."
    trace.add(name, " * ".join(map(str, wanted)), prod(wanted), text)
    favourable = prod(wanted)
    if kind == "some":
        favourable = total - favourable
        trace.add("favourable", "outcomes - without", favourable, "The other {} outcomes count.")
    _ratio(trace, favourable, total)
    shape = ",".join(map(str, good))
    return _said(label, len(sides), kind), f"{kind}:{shape}"


def _face_set(rng: Random, sides: tuple[int, ...]) -> tuple[str, Callable[[int], bool]]:
    """A kind of face in words, and whether a face is of it; each die has such faces and others."""
    if rng.random() < 0.5:
        wanted = rng.randint(1, min(sides))
        article = "an" if wanted in (8, 11, 18) else "a"
        return f"{article} {wanted}", lambda face: face == wanted
    if rng.random() < 0.5:
        limit = rng.randint(2, min(sides) - 1)
        return f"a number of at most {limit}", lambda face: face <= limit
    label = rng.choice(tuple(FACES))
    return label, FACES[label]


def _said(label: str, count: int, kind: str) -> str:
    if count == 1:
        return f"it shows {label}"
    if kind == "some":
        return f"at least one of them shows {label}"
    return f"{'both' if count == 2 else 'all three'} of them show {label}"
