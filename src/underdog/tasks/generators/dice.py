"""Chances with fair dice, exact fractions: sums, and some or all dice showing a kind of face.

Kinds: `sum` (exactly, at least, at most, from … to), `some` (at least one die shows …), `all`
(every die shows …). Outcomes are equally likely; the dice are told apart when counting.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from random import Random

from underdog.core.item import Draft
from underdog.tasks.generators import families
from underdog.tasks.generators._trace import Trace
from underdog.tasks.knobs import one_of, whole

KINDS = ("all", "some", "sum")
_COUNTS = {1: "A fair die is", 2: "Two fair dice are", 3: "Three fair dice are"}
_ASKED = (
    "{dice} rolled. What is the probability that {event}? Give a fraction.",
    "{dice} thrown once. How likely is it that {event}? Answer with a fraction.",
    "Suppose {low_dice} rolled. Find, as a fraction, the probability that {event}.",
)
_FACES: dict[str, Callable[[int], bool]] = {
    "an even number": lambda face: face % 2 == 0,
    "an odd number": lambda face: face % 2 == 1,
    "a prime number": lambda face: face in (2, 3, 5, 7, 11),
    "a multiple of 3": lambda face: face % 3 == 0,
}
_BOUNDS = ("exactly", "at least", "at most", "between")


@families.register("dice")
class Dice:
    """Chances when rolling dice, as fractions.

    Args:
        dice: Most dice, 1 to 3.
        sides: Most sides; dice of 4, 6, 8, 10 and 12 sides are used.
        kind: One of the kinds, or `mixed`.
    """

    name = "dice"
    version = 1
    checker = "numeric"
    forms = ("answer", "cot", "program")

    def __init__(self, dice: int = 3, sides: int = 12, kind: str = "mixed") -> None:
        self._dice = whole("dice", dice, 1, 3)
        most = whole("sides", sides, 4, 12)
        self._sides = tuple(count for count in (4, 6, 8, 10, 12) if count <= most)
        chosen = one_of("kind", kind, (*KINDS, "mixed"))
        self._kinds = KINDS if chosen == "mixed" else (chosen,)

    def draft(self, rng: Random) -> Draft:
        """One chance."""
        kind = rng.choice(self._kinds)
        count, sides = rng.randint(1, self._dice), rng.choice(self._sides)
        if count == 1 and kind == "some":
            kind = "all"
        trace = Trace()
        if kind == "sum":
            event, key = _sum(trace, rng, count, sides)
        else:
            event, key = _faces(trace, rng, count, sides, kind)
        dice = (
            _COUNTS[count] if sides == 6 else _COUNTS[count].replace("fair", f"fair {sides}-sided")
        )
        return Draft(
            text=rng.choice(_ASKED).format(
                dice=dice, low_dice=dice[0].lower() + dice[1:], event=event
            ),
            answer=trace.answer,
            steps=trace.steps,
            key=f"dice:{count}x{sides}:{key}",
            difficulty=count + KINDS.index(kind) / 2,
            meta={"kind": kind, "dice": count, "sides": sides},
        )


def _outcomes(trace: Trace, count: int, sides: int) -> int:
    total = sides**count
    if count == 1:
        trace.add("outcomes", str(total), total, f"There are {total} equally likely outcomes.")
    else:
        text = f"There are {sides}^{count} = {total} equally likely outcomes."
        trace.add("outcomes", f"{sides} ** {count}", total, text)
    return total


def _ratio(trace: Trace, favourable: int, total: int) -> None:
    chance = Fraction(favourable, total)
    shown = f"{favourable}/{total}"
    result = "" if shown == str(chance) else f" = {chance}"
    trace.add("chance", "favourable / outcomes", chance, f"The probability is {shown}{result}.")


def _sum(trace: Trace, rng: Random, count: int, sides: int) -> tuple[str, str]:
    """A bound on the sum that is neither sure nor impossible."""
    rolls = list(product(range(1, sides + 1), repeat=count))
    while True:
        words, low, high = _bounds(rng, count, count * sides)
        found = [roll for roll in rolls if low <= sum(roll) <= high]
        if len(found) < len(rolls):
            break
    total = _outcomes(trace, count, sides)
    names = "abc"[:count]
    loops = " ".join(f"for {name} in range(1, {sides + 1})" for name in names)
    total_shown = " + ".join(names)
    test = f"{low} <= {total_shown} <= {high}" if low < high else f"{total_shown} == {low}"
    formula = f"sum(1 {loops} if {test})"
    phrase = f"the {'number' if count == 1 else 'sum'} is {words}"
    trace.add("favourable", formula, len(found), _counted(found, phrase))
    _ratio(trace, len(found), total)
    return phrase, f"all:{len(found)}" if count == 1 else f"sum{low}-{high}"


def _bounds(rng: Random, least: int, most: int) -> tuple[str, int, int]:
    """A condition on a sum in words, and its smallest and largest value."""
    kind = rng.choice(_BOUNDS)
    bound = rng.randint(least, most)
    if kind == "exactly":
        return f"exactly {bound}", bound, bound
    if kind == "at least":
        return f"at least {bound}", bound, most
    if kind == "at most":
        return f"at most {bound}", least, bound
    low, high = sorted(rng.sample(range(least, most + 1), 2))
    return f"from {low} to {high} (both included)", low, high


def _counted(found: list[tuple[int, ...]], phrase: str) -> str:
    """How the favourable outcomes are counted, sum by sum."""
    sums = sorted({sum(roll) for roll in found})
    counts = [sum(1 for roll in found if sum(roll) == value) for value in sums]
    if len(found[0]) == 1 or len(sums) == 1:
        return f"In {len(found)} of them {phrase}."
    total = f"{' + '.join(map(str, counts))} = {sum(counts)}"
    return f"The values {', '.join(map(str, sums))} come up in {total} of them."


def _faces(trace: Trace, rng: Random, count: int, sides: int, kind: str) -> tuple[str, str]:
    label, good, test = _face_set(rng, sides)
    total = _outcomes(trace, count, sides)
    if kind == "all":
        trace.add(
            "good_faces",
            test,
            good,
            f"{good} of the {sides} faces {'shows' if good == 1 else 'show'} {label}.",
        )
        text = f"So {{}} outcomes show {label} on every die."
        favourable = good**count
        if count > 1:
            trace.add("favourable", f"good_faces ** {count}", favourable, text)
        else:
            trace.add(
                "favourable", "good_faces", favourable, f"So the favourable outcomes are {good}."
            )
        _ratio(trace, favourable, total)
        return _said(label, count, "all"), f"all:{good}"
    bad = sides - good
    trace.add(
        "other_faces", f"{sides} - {test}", bad, f"{bad} of the {sides} faces do not show {label}."
    )
    none = bad**count
    trace.add(
        "without", f"other_faces ** {count}", none, f"{{}} outcomes have no die with {label}."
    )
    favourable = total - none
    trace.add("favourable", "outcomes - without", favourable, "The other {} outcomes count.")
    _ratio(trace, favourable, total)
    return _said(label, count, "some"), f"some:{good}"


def _face_set(rng: Random, sides: int) -> tuple[str, int, str]:
    """Its name, its size, and the expression that counts it."""
    if rng.random() < 0.5:
        face = rng.randint(1, sides)
        article = "an" if face in (8, 11) else "a"
        return f"{article} {face}", 1, "1"
    label = rng.choice(tuple(_FACES))
    good = [face for face in range(1, sides + 1) if _FACES[label](face)]
    return label, len(good), f"len({good})"


def _said(label: str, count: int, kind: str) -> str:
    if count == 1:
        return f"it shows {label}"
    if kind == "some":
        return f"at least one of them shows {label}"
    return f"{'both' if count == 2 else 'all three'} of them show {label}"
