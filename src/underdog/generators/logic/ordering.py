"""Who is where in a row: an order that clues about pairs fix completely.

One clue names each pair of neighbours in the order; further clues follow from these. Clues come in
random order and in either direction; neither that nor the names change the key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import listed, ordinal
from underdog.generators.craft.word_lists import PEOPLE
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import span, whole


@dataclass(frozen=True, slots=True)
class _Scale:
    """A way of comparing people: its comparative and superlative in both directions, its rank."""

    more: str
    less: str
    most: str
    least: str
    rank: str


_SCALES = (
    _Scale("is taller than", "is shorter than", "the tallest", "the shortest", "{nth} tallest"),
    _Scale("is older than", "is younger than", "the oldest", "the youngest", "{nth} oldest"),
    _Scale("runs faster than", "runs slower than", "the fastest", "the slowest", "{nth} fastest"),
    _Scale("finished before", "finished after", "first", "last", "{nth}"),
    _Scale("is richer than", "is poorer than", "the richest", "the poorest", "{nth} richest"),
    _Scale("scored more than", "scored less than", "the best", "the worst", "{nth} best"),
)
_OPENINGS = (
    "{names} compare themselves.",
    "There are {count} people: {names}.",
    "Consider {names}.",
)
Pair = tuple[str, str]


@families.register("ordering")
class Ordering:
    """Orders of people from clues about pairs, with exactly one solution.

    Args:
        people: Most people.
        min_people: Fewest people.
        extra: Most clues beyond those that are needed.
    """

    name = "ordering"
    version = 2
    checker = "text"
    forms = ("answer", "cot", "program")

    def __init__(self, people: int = 8, min_people: int = 3, extra: int = 4) -> None:
        self._fewest, self._most = span("min_people", min_people, "people", people, 3, 10)
        self._extra = whole("extra", extra, 0, 10)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one order of people, and who is at one place."""
        order = rng.sample(PEOPLE, rng.randint(self._fewest, self._most))
        pairs = self._pairs(rng, order)
        scale, place = rng.choice(_SCALES), rng.randrange(len(order))
        clues = [
            f"{high} {scale.more} {low}." if rng.random() < 0.5 else f"{low} {scale.less} {high}."
            for high, low in pairs
        ]
        trace = Trace()
        _sort(trace, order, pairs, place)
        names = listed(sorted(order))
        opening = rng.choice(_OPENINGS).format(names=names, count=len(order))
        return Draft(
            text=f"{opening} {' '.join(clues)} {_asked(rng, scale, place, len(order))}",
            answer=order[place],
            steps=trace.steps,
            key=ordering_key(order, pairs, place),
            difficulty=len(order) + len(pairs) / 10,
            meta={"order": [*order], "clues": [[high, low] for high, low in pairs]},
        )

    def _pairs(self, rng: Random, order: Sequence[str]) -> list[Pair]:
        """Clues as pairs (higher, lower): all neighbours, and some pairs that follow from them."""
        pairs = list(pairwise(order))
        further = [(high, low) for place, high in enumerate(order) for low in order[place + 2 :]]
        pairs += rng.sample(further, min(len(further), rng.randint(0, self._extra)))
        rng.shuffle(pairs)
        return pairs


def ordering_key(order: Sequence[str], pairs: Sequence[Pair], place: int) -> str:
    """Canonical key of a puzzle, with people named by their places in the order.

    Every puzzle has the clues about neighbours, so that the key lists only the further clues.

    Example:
        >>> ordering_key(["Zoe", "Ana", "Bo"], [("Ana", "Bo"), ("Zoe", "Bo"), ("Zoe", "Ana")], 1)
        'ordering:3:1:0>2'
    """
    rank = {name: number for number, name in enumerate(order)}
    further = sorted((rank[high], rank[low]) for high, low in pairs if rank[low] - rank[high] > 1)
    told = " ".join(f"{high}>{low}" for high, low in further)
    return f"ordering:{len(order)}:{place}:{told}"


def _asked(rng: Random, scale: _Scale, place: int, count: int) -> str:
    if place == 0:
        target = scale.most
    elif place == count - 1:
        target = scale.least
    else:
        target = "the " + scale.rank.format(nth=ordinal(place + 1))
        target = target.removeprefix("the ") if scale.most == "first" else target
    if scale.most == "first":
        return rng.choice((f"Who finished {target}?", f"Who came in {target}?"))
    return rng.choice((f"Who is {target}?", f"Who among them is {target}?"))


def _sort(trace: Trace, order: Sequence[str], pairs: Sequence[Pair], place: int) -> None:
    """Add the steps of a topological sort, from the top person to the place asked for."""
    people = sorted(order)
    below = {name: [low for high, low in pairs if high == name] for name in people}
    told = [f"{name} above {listed(lows)}" for name, lows in below.items() if lows]
    trace.add("people", str(people), str(people), "")
    trace.add("below", str(below), str(below), f"The clues put {'; '.join(told)}.")
    taken: list[str] = []
    for rank, name in enumerate(order[: place + 1], 1):
        gone = f"[{', '.join(taken)}]"
        above = f"any(p in below[q] for q in people if q not in {gone})"
        formula = f"[p for p in people if p not in {gone} and not {above}][0]"
        rest = " of those left" if taken else ""
        text = f"Nobody{rest} is said to be above {name}, so {name} is number {rank}."
        if rank == len(order):
            text = f"Only {name} is left and is number {rank}."
        taken.append(f"place_{rank}")
        trace.add(taken[-1], formula, name, text)
