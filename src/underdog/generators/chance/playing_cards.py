"""Drawing cards from a deck of 52: exact fractions.

Events: one card of a described kind (a suit, a rank, a colour, a face card, a span, or one of two
such kinds); two or three cards of which all, none or at least one are of a kind, without putting
any back; a first and a second card of two kinds, with the first put back or not.
"""

from fractions import Fraction
from math import perm
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.chance.card_kinds import DECK, Card, draw_kind
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import share, whole

_ASKED = (
    "{drawn} from a standard deck of 52 cards. What is the probability that {event}? Give a "
    "fraction.",
    "From a well shuffled deck of 52 playing cards {low_drawn}. Find the probability, as a "
    "fraction, that {event}.",
    "{drawn} from a full pack of 52 cards. How likely is it, as a fraction, that {event}?",
    "A pack of 52 cards is shuffled and {low_drawn}. Give the probability that {event} as a "
    "fraction.",
    "{drawn} at random from an ordinary deck of 52 cards. As a fraction, what is the chance that "
    "{event}?",
    "From a deck of 52 cards {low_drawn}. With what probability is it true that {event}? Use a "
    "fraction.",
    "Suppose {low_drawn} from a deck of 52 cards. Work out, as a fraction, the probability that "
    "{event}.",
    "A magician shuffles 52 cards, and {low_drawn}. What is the probability that {event}? Answer "
    "with a fraction.",
    "{drawn} blindly from 52 playing cards. Compute the probability that {event}, as a fraction.",
    "A deck has 52 cards in four suits of thirteen. {drawn}. What is the probability that {event}? "
    "Write a fraction.",
    "In a card game, {low_drawn} from a full deck of 52. You win when it turns out that {event}. "
    "What is your chance, as a fraction?",
    "{drawn} from a freshly shuffled deck of 52 cards. State, as a fraction, how probable it is "
    "that {event}.",
    "Someone bets on this: {low_drawn} from 52 cards, and {event}. What is the probability of "
    "winning, as a fraction?",
    "Imagine that {low_drawn} from a complete deck of 52 cards. As a fraction, how probable is it "
    "that {event}?",
    "Calculate as a fraction: {low_drawn} from a deck of 52 cards; what is the probability that "
    "{event}?",
    "{drawn} from a deck of 52 cards spread out face down. Determine the probability that {event} "
    "as a fraction.",
    "What are the chances, as a fraction, that {event}, if {low_drawn} from a deck of 52 cards?",
    "Which fraction gives the probability that {event}, when {low_drawn} from 52 well mixed cards?",
    "A deck of 52 cards lies on the table and {low_drawn}. In which fraction of all cases is it "
    "true that {event}?",
    "For a trick, {low_drawn} from a deck of 52 cards. Find the fraction that says how likely it "
    "is that {event}.",
    "Given a shuffled deck of 52 cards from which {low_drawn}, what is the probability that "
    "{event}? Give a fraction.",
)
_NUMBER = {1: "One card is", 2: "Two cards are", 3: "Three cards are"}
_GROUP = {2: "both", 3: "all three"}


@families.register("cards")
class Cards:
    """Chances when drawing cards, as fractions.

    Args:
        draws: Most cards drawn, 1 to 3.
        unions: Share of problems about one card of two kinds ("a heart or a king").
        sequences: Share of problems about a first and a second card; none with draws=1.
    """

    name = "cards"
    version = 2
    checker = "numeric"
    forms = ("answer", "cot", "program", "equation_system")

    def __init__(self, draws: int = 3, unions: float = 0.3, sequences: float = 0.4) -> None:
        self._draws = whole("draws", draws, 1, 3)
        self._unions = share("unions", unions)
        self._sequences = share("sequences", sequences)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one probability."""
        trace = Trace()
        pick = rng.random()
        drawn, draws, ask = "", 1, "one"
        if pick < self._unions:
            ask, (event, key) = "union", _union(trace, rng)
        elif self._draws > 1 and pick < self._unions + self._sequences:
            back = rng.random() < 0.5
            draws, ask = 2, "sequence"
            drawn = "Two cards are drawn one after the other, the first "
            drawn += "put back before the second" if back else "not put back"
            event, key = _sequence(trace, rng, back)
        else:
            draws = rng.randint(1, self._draws)
            event, key = _several(trace, rng, draws)
        drawn = drawn or f"{_NUMBER[draws]} drawn" + (
            " without putting any back" if draws > 1 else ""
        )
        return Draft(
            text=rng.choice(_ASKED).format(
                drawn=drawn, low_drawn=drawn[0].lower() + drawn[1:], event=event
            ),
            answer=trace.answer,
            steps=trace.steps,
            key=f"cards:{draws}:{key}",
            difficulty=draws + (ask != "one"),
            meta={"draws": draws, "asked": ask},
        )


def _union(trace: Trace, rng: Random) -> tuple[str, str]:
    """Event in words and its part of the key: a card of one of two kinds.

    Neither kind contains the other, and together they are not the whole deck.
    """
    while True:
        first, second = draw_kind(rng), draw_kind(rng)
        one, two = first.cards, second.cards
        if not (one <= two or two <= one) and len(one | two) < len(DECK):
            break
    both = len(one & two)
    trace.add("first", f"{len(one)}", len(one), f"There are {len(one)} {first.several}.")
    trace.add("second", f"{len(two)}", len(two), f"There are {len(two)} {second.several}.")
    text = "1 card is both." if both == 1 else f"{both or 'No'} cards are both."
    trace.add("both", f"{both}", both, text)
    union = len(one | two)
    trace.add("favourable", "first + second - both", union, "So {} cards count.")
    chance = Fraction(union, 52)
    _finish(trace, "favourable / 52", union, 52, chance)
    return f"it is {first.one} or {second.one}", _named(one | two)


def _sequence(trace: Trace, rng: Random, back: bool) -> tuple[str, str]:
    """Event in words and its part of the key: a first and a second card of two kinds.

    Unless the first is put back, the two are never the same card.
    """
    first, second = draw_kind(rng), draw_kind(rng)
    one, two = first.cards, second.cards
    trace.add("first", f"{len(one)}", len(one), f"There are {len(one)} {first.several}.")
    trace.add("second", f"{len(two)}", len(two), f"There are {len(two)} {second.several}.")
    favourable, formula = len(one) * len(two), "first * second"
    outcomes = 52 * 52
    if not back:
        both, outcomes = len(one & two), 52 * 51
        text = f"{both or 'No'} {'card is' if both == 1 else 'cards are'} in both, and cannot come "
        trace.add("both", f"{both}", both, text + "twice.")
        favourable, formula = favourable - both, "first * second - both"
    trace.add("favourable", formula, favourable, "So {} pairs count.")
    trace.add("outcomes", f"52 * {52 if back else 51}", outcomes, "There are {} pairs in all.")
    chance = Fraction(favourable, outcomes)
    _finish(trace, "favourable / outcomes", favourable, outcomes, chance)
    event = f"the first is {first.one} and the second is {second.one}"
    return event, f"{'back' if back else 'out'}:{_named(one)}:{_named(two)}"


def _several(trace: Trace, rng: Random, draws: int) -> tuple[str, str]:
    """Event in words and its part of the key: all, none or at least one card is of a kind."""
    while True:
        kind = draw_kind(rng)
        ask = rng.choice(("all", "none", "some")) if draws > 1 else rng.choice(("all", "none"))
        if ask == "none" or len(kind.cards) >= draws:
            break
    count = len(kind.cards)
    trace.add("count", f"{count}", count, f"There are {count} {kind.several} among the 52 cards.")
    start, wanted = "count", kind.cards
    if ask != "all":
        start, wanted = "others", frozenset(DECK) - kind.cards
        trace.add("others", "52 - count", len(wanted), "The other {} cards are not of this kind.")
    good = " * ".join([start, *(f"({start} - {n})" for n in range(1, draws))])
    every = " * ".join(str(52 - n) for n in range(draws))
    favourable, outcomes = perm(len(wanted), draws), perm(52, draws)
    if draws == 1:
        _finish(trace, f"{start} / 52", favourable, 52, Fraction(favourable, 52))
        return f"it is {'not ' if ask == 'none' else ''}{kind.one}", _named(wanted)
    name = "without" if ask == "some" else "favourable"
    trace.add(name, good, favourable, "In order, {} draws have only such cards.")
    trace.add("outcomes", every, outcomes, "There are {} draws in all.")
    if ask == "some":
        favourable = outcomes - favourable
        trace.add("favourable", "outcomes - without", favourable, "The other {} draws count.")
    _finish(trace, "favourable / outcomes", favourable, outcomes, Fraction(favourable, outcomes))
    event = {
        "all": f"{_GROUP[draws]} are {kind.several}",
        "none": f"none of them is {kind.one}",
        "some": f"at least one of them is {kind.one}",
    }[ask]
    return event, f"{'some:' if ask == 'some' else ''}{_named(wanted)}"


def _finish(trace: Trace, formula: str, good: int, every: int, chance: Fraction) -> None:
    shown = f"{good}/{every}"
    result = "" if shown == str(chance) else f" = {chance}"
    trace.add("chance", formula, chance, f"The probability is {shown}{result}.")


def _named(cards: frozenset[Card]) -> str:
    """A text for a set of cards, the same for all descriptions of the set."""
    bits = sum(1 << (13 * suit + rank) for suit, rank in cards)
    return f"{bits:x}"
