"""Drawing balls from a bag, with or without putting them back: exact fractions.

Events: `same` (all of one colour), `colour` (all of a named colour), `none` (none of a named
colour), `some` (at least one of a named colour).
"""

from collections.abc import Sequence
from fractions import Fraction
from math import perm
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import listed, plural
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import share, whole

EVENTS = ("colour", "none", "some", "same")
_COLOURS = ("red", "blue", "green", "white", "black", "yellow")
_THINGS = (
    ("bag", "ball"),
    ("box", "marble"),
    ("jar", "bead"),
    ("drawer", "sock"),
    ("hat", "token"),
)
_ASKED = (
    "A {place} holds {contents}. {drawn} What is the probability that {event}? Give a fraction.",
    "There are {contents} in a {place}. {drawn} Find the probability, as a fraction, that {event}.",
    "In a {place} there are {contents}. {drawn} As a fraction, how likely is it that {event}?",
    "A {place} contains {contents}. {drawn} What is the chance that {event}? Use a fraction.",
    "Someone fills a {place} with {contents}. {drawn} Give the probability that {event} as a "
    "fraction.",
    "{contents} lie in a {place}. {drawn} With what probability is it true that {event}? Write a "
    "fraction.",
    "{contents} are mixed in a {place}. {drawn} Compute, as a fraction, the probability that "
    "{event}.",
    "You have a {place} with {contents}. {drawn} How probable is it, as a fraction, that {event}?",
    "Inside a {place} are {contents}. {drawn} Work out, as a fraction, the probability that "
    "{event}.",
    "A {place} was filled with {contents}. {drawn} As a fraction, what is the probability that "
    "{event}?",
    "Think of a {place} with {contents} in it. {drawn} Find the fraction that says how likely it "
    "is that {event}.",
    "A player has a {place} holding {contents}. {drawn} You win if {event}. What is the chance of "
    "that, as a fraction?",
    "{contents} are put into a {place} and shaken. {drawn} What fraction is the probability that "
    "{event}?",
    "A shop keeps {contents} in a {place}. {drawn} Determine the probability that {event} as a "
    "fraction.",
    "There is a {place} with {contents}. {drawn} What are the chances, as a fraction, that "
    "{event}?",
    "Take a {place} with {contents}. {drawn} Calculate the probability that {event}. Answer with a "
    "fraction.",
    "On the table stands a {place} with {contents}. {drawn} State the probability that {event} as "
    "a fraction.",
    "{contents} share a {place}. {drawn} In which fraction of all cases is it true that {event}?",
    "A {place} is packed with {contents}. {drawn} How often, as a fraction, is it the case that "
    "{event}?",
    "Left in a {place} are {contents}. {drawn} Say as a fraction how likely it is that {event}.",
    "For a game a {place} gets {contents}. {drawn} What, as a fraction, is the probability that "
    "{event}?",
)
_NUMBER = {1: "one", 2: "two", 3: "three"}


@families.register("urns")
class Urns:
    """Chances when drawing coloured balls, as fractions.

    Args:
        draws: Most draws, 1 to 3.
        colours: Most colours, 2 to 4.
        size: Most balls of one colour.
        replaced: Share of problems in which each ball is put back.
    """

    name = "urns"
    version = 2
    checker = "numeric"
    forms = ("answer", "cot", "program", "equation_system")

    def __init__(
        self, draws: int = 3, colours: int = 4, size: int = 12, replaced: float = 0.4
    ) -> None:
        self._draws = whole("draws", draws, 1, 3)
        self._colours = whole("colours", colours, 2, 4)
        self._size = whole("size", size, 4, 1000)
        self._replaced = share("replaced", replaced)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one probability."""
        draws = rng.randint(1, self._draws)
        counts = [rng.randint(3, self._size) for _ in range(rng.randint(2, self._colours))]
        names = rng.sample(_COLOURS, len(counts))
        back = draws > 1 and rng.random() < self._replaced
        event = rng.choice(EVENTS if draws > 1 else EVENTS[:2])
        place, thing = rng.choice(_THINGS)
        trace = Trace()
        _count(trace, counts, names, draws, back, event, thing)
        contents = listed(
            [plural(n, f"{name} {thing}") for n, name in zip(counts, names, strict=True)]
        )
        others = [counts[0], *sorted(counts[1:])] if event != "same" else sorted(counts)
        return Draft(
            text=rng.choice(_ASKED).format(
                place=place,
                contents=contents,
                drawn=_drawing(rng, draws, back, thing),
                event=_said(event, names[0], draws, thing),
            ),
            answer=trace.answer,
            steps=trace.steps,
            key=f"urns:{','.join(map(str, others))}:{draws}:{'back' if back else 'out'}:{event}",
            difficulty=draws + EVENTS.index(event) / 2,
            meta={"event": event, "draws": draws, "replaced": back},
        )


def _drawing(rng: Random, draws: int, back: bool, thing: str) -> str:
    if draws == 1:
        return rng.choice((f"One {thing} is drawn at random.", f"You take one {thing} blindly."))
    number = _NUMBER[draws].capitalize()
    if back:
        return f"{number} {thing}s are drawn one after the other, each put back before the next."
    return rng.choice(
        (
            f"{number} {thing}s are drawn at random without putting any back.",
            f"{number} {thing}s are taken out together, at random.",
        )
    )


def _said(event: str, colour: str, draws: int, thing: str) -> str:
    if draws == 1:
        return f"it is {colour}" if event == "colour" else f"it is not {colour}"
    group = "both" if draws == 2 else "all three"
    return {
        "colour": f"{group} are {colour}",
        "none": f"none of them is {colour}",
        "some": f"at least one of them is {colour}",
        "same": f"{group} have the same colour",
    }[event]


def _ways(start: int | str, count: int, draws: int, back: bool) -> tuple[str, int]:
    """Formula and number of ordered draws of `draws` from `count`; `start` names the count."""
    if draws == 1:
        return str(start), count
    if back:
        return f"{start} ** {draws}", count**draws
    factors = [str(start), *(f"({start} - {taken})" for taken in range(1, draws))]
    return " * ".join(factors), perm(count, draws)


def _count(
    trace: Trace,
    counts: Sequence[int],
    names: Sequence[str],
    draws: int,
    back: bool,
    event: str,
    thing: str,
) -> None:
    total, first = sum(counts), counts[0]
    trace.add("total", " + ".join(map(str, counts)), total, f"There are {{}} {thing}s.")
    formula, outcomes = _ways("total", total, draws, back)
    trace.add(
        "outcomes", formula, outcomes, _sentence("In order, they can be drawn in {} ways.", draws)
    )
    if event == "same":
        favourable = _same(trace, counts, names, draws, back)
    elif event == "colour":
        formula, favourable = _ways(first, first, draws, back)
        only = "only " if draws > 1 else ""
        text = _sentence(f"{{}} of these are {only}{names[0]}.", draws, str(first))
        trace.add("favourable", formula, favourable, text)
    else:
        trace.add("others", f"total - {first}", total - first, f"{{}} are not {names[0]}.")
        formula, without = _ways("others", total - first, draws, back)
        name = "favourable" if event == "none" else "without"
        text = _sentence(f"{{}} ways have no {names[0]} {thing}.", draws, str(without))
        trace.add(name, formula, without, text)
        favourable = without
        if event == "some":
            favourable = outcomes - without
            trace.add("favourable", "outcomes - without", favourable, "The other {} ways count.")
    chance = Fraction(favourable, outcomes)
    shown = f"{favourable}/{outcomes}"
    result = "" if shown == str(chance) else f" = {chance}"
    trace.add("chance", "favourable / outcomes", chance, f"The probability is {shown}{result}.")


def _sentence(text: str, draws: int, alone: str = "") -> str:
    """The step's sentence; with one draw, where nothing is calculated, one without calculation."""
    if draws > 1:
        return text
    return text.replace("{}", alone) if alone else "Each can be the one that is drawn."


def _same(trace: Trace, counts: Sequence[int], names: Sequence[str], draws: int, back: bool) -> int:
    favourable = 0
    for count, name in zip(counts, names, strict=True):
        formula, ways = _ways(count, count, draws, back)
        trace.add(f"all_{name}", formula, ways, f"All {name}: {{}} ways.")
        favourable += ways
    formula = " + ".join(f"all_{name}" for name in names)
    trace.add("favourable", formula, favourable, "Together {} ways.")
    return favourable
