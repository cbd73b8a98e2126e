"""Coins turned over or left alone: is it heads up in the end? (Wei et al., arXiv 2201.11903)."""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.word_lists import PEOPLE
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import share, span

_OPENINGS = (
    "A coin lies {side} up.",
    "A coin shows {side}.",
    "There is a coin on the table, {side} up.",
)
_TURNED = ("{person} turns it over.", "{person} flips the coin over.", "{person} flips it.")
_LEFT = (
    "{person} does not turn it over.",
    "{person} leaves the coin as it is.",
    "{person} does not flip it.",
)
_ASKED = (
    " To flip means to turn over. Is the coin {side} up now?",
    " Flipping it means turning it over. Does it show {side} in the end?",
    " Is it {side} up after all this, when a flip always turns it over?",
)
_SIDES = ("heads", "tails")


@families.register("coin_flip")
class CoinFlip:
    """Whether a coin is heads (or tails) up after some people turned it over.

    Args:
        people: Most people.
        min_people: Fewest people.
        flips: Share of people who turn the coin over.
    """

    name = "coin_flip"
    version = 1
    checker = "label:labels=yes|no"
    forms = ("answer", "cot", "program")

    def __init__(self, people: int = 10, min_people: int = 2, flips: float = 0.5) -> None:
        self._fewest, self._most = span("min_people", min_people, "people", people, 1, len(PEOPLE))
        self._flips = share("flips", flips)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: is one coin heads or tails up."""
        count = rng.randint(self._fewest, self._most)
        turned = [rng.random() < self._flips for _ in range(count)]
        people = rng.sample(PEOPLE, count)
        start, asked = rng.randrange(2), rng.randrange(2)
        sentences = [
            rng.choice(_TURNED if flip else _LEFT).format(person=person)
            for person, flip in zip(people, turned, strict=True)
        ]
        trace = Trace()
        _follow(trace, people, turned, start, asked)
        opening = rng.choice(_OPENINGS).format(side=_SIDES[start])
        return Draft(
            text=" ".join([opening, *sentences]) + rng.choice(_ASKED).format(side=_SIDES[asked]),
            answer=trace.answer,
            steps=trace.steps,
            key=f"coin:{''.join('01'[flip] for flip in turned)}:{int(start == asked)}",
            difficulty=count,
            meta={"people": count, "flips": sum(turned)},
        )


def _follow(trace: Trace, people: list[str], turned: list[bool], start: int, asked: int) -> None:
    names = [person for person, flip in zip(people, turned, strict=True) if flip]
    side = _SIDES[start]
    trace.add("start", f"'{side}'", side, f"At first the coin is {side} up.")
    before = "start"
    for place, name in enumerate(names, 1):
        side = _SIDES[1 - _SIDES.index(side)]
        formula = f"'{_SIDES[1]}' if {before} == '{_SIDES[0]}' else '{_SIDES[0]}'"
        before = f"after_{place}"
        trace.add(before, formula, side, f"{name} turns it over: {side}.")
    answer = "yes" if side == _SIDES[asked] else "no"
    formula = f"'yes' if {before} == '{_SIDES[asked]}' else 'no'"
    nobody = "Nobody turns it over, so it" if not names else "It"
    trace.add("answer", formula, answer, f"{nobody} is {side} up in the end: {answer}.")
