"""Drawing cards from a deck of 52: exact fractions.

One card of a described kind (a suit, a rank, a colour, a face card, or a union of two such kinds),
or two to three cards of that kind without putting any back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import perm
from random import Random

from underdog.core.item import Draft
from underdog.tasks.generators import families
from underdog.tasks.generators._trace import Trace
from underdog.tasks.knobs import share, whole

_SUITS = ("hearts", "diamonds", "clubs", "spades")
_RANKS = ("2", "3", "4", "5", "6", "7", "8", "9", "10", "jack", "queen", "king", "ace")
_ASKED = (
    "{drawn} from a standard deck of 52 cards. What is the probability that {event}? Give a "
    "fraction.",
    "From a well shuffled deck of 52 playing cards {low_drawn}. Find the probability, as a "
    "fraction, that {event}.",
)
_NUMBER = {2: "Two", 3: "Three"}
Card = tuple[int, int]
DECK: tuple[Card, ...] = tuple((suit, rank) for suit in range(4) for rank in range(13))


@dataclass(frozen=True, slots=True)
class _Kind:
    """Some of the cards: what one is called, what several are called, which they are."""

    one: str
    several: str
    holds: Callable[[Card], bool]

    @property
    def cards(self) -> frozenset[Card]:
        return frozenset(card for card in DECK if self.holds(card))


@families.register("cards")
class Cards:
    """Chances when drawing cards, as fractions.

    Args:
        draws: Most cards drawn, 1 to 3.
        unions: Share of problems about one card of two kinds ("a heart or a king").
    """

    name = "cards"
    version = 1
    checker = "numeric"
    forms = ("answer", "cot", "program", "equation_system")

    def __init__(self, draws: int = 3, unions: float = 0.4) -> None:
        self._draws = whole("draws", draws, 1, 3)
        self._unions = share("unions", unions)

    def draft(self, rng: Random) -> Draft:
        """One chance."""
        trace = Trace()
        if rng.random() < self._unions:
            draws = 1
            event, key = _union(trace, rng)
        else:
            kind = _kind(rng)
            draws = rng.randint(1, min(self._draws, len(kind.cards)))
            event, key = _plain(trace, kind, draws)
        drawn = "One card is drawn"
        if draws > 1:
            drawn = f"{_NUMBER[draws]} cards are drawn without putting any back"
        return Draft(
            text=rng.choice(_ASKED).format(
                drawn=drawn, low_drawn=drawn[0].lower() + drawn[1:], event=event
            ),
            answer=trace.answer,
            steps=trace.steps,
            key=f"cards:{draws}:{key}",
            difficulty=draws + (" or " in event),
            meta={"draws": draws},
        )


def _kind(rng: Random) -> _Kind:
    pick = rng.randrange(4)
    if pick == 0:
        suit = rng.randrange(4)
        return _Kind(f"a {_SUITS[suit][:-1]}", _SUITS[suit], lambda card: card[0] == suit)
    if pick == 1:
        rank = rng.randrange(13)
        article = "an" if _RANKS[rank] in ("8", "ace") else "a"
        return _Kind(f"{article} {_RANKS[rank]}", f"{_RANKS[rank]}s", lambda card: card[1] == rank)
    if pick == 2:
        red = rng.random() < 0.5
        colour = "red" if red else "black"
        return _Kind(f"a {colour} card", f"{colour} cards", lambda card: (card[0] < 2) == red)
    return _group(rng)


def _group(rng: Random) -> _Kind:
    if rng.random() < 0.4:
        face = "face card (jack, queen or king)"
        return _Kind(f"a {face}", face.replace("card", "cards"), lambda card: 9 <= card[1] <= 11)
    suit, low = rng.randrange(4), rng.randint(0, 6)
    high = rng.randint(low + 1, 8)
    span = f"numbered {_RANKS[low]} to {_RANKS[high]}"
    if rng.random() < 0.5:
        return _Kind(f"a card {span}", f"cards {span}", lambda card: low <= card[1] <= high)
    return _Kind(
        f"a {_SUITS[suit][:-1]} {span}",
        f"{_SUITS[suit]} {span}",
        lambda card: card[0] == suit and low <= card[1] <= high,
    )


def _union(trace: Trace, rng: Random) -> tuple[str, str]:
    """Two kinds, neither inside the other, not all of the deck."""
    while True:
        first, second = _kind(rng), _kind(rng)
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


def _plain(trace: Trace, kind: _Kind, draws: int) -> tuple[str, str]:
    count = len(kind.cards)
    trace.add("count", f"{count}", count, f"There are {count} {kind.several} among the 52 cards.")
    if draws == 1:
        _finish(trace, "count / 52", count, 52, Fraction(count, 52))
        return f"it is {kind.one}", _named(kind.cards)
    taken = range(1, draws)
    good = " * ".join(["count", *(f"(count - {n})" for n in taken)])
    every = " * ".join(str(52 - n) for n in range(draws))
    favourable, outcomes = perm(count, draws), perm(52, draws)
    trace.add("favourable", good, favourable, "In order, {} draws have only such cards.")
    trace.add("outcomes", every, outcomes, "There are {} draws in all.")
    _finish(trace, "favourable / outcomes", favourable, outcomes, Fraction(favourable, outcomes))
    group = "both" if draws == 2 else "all three"
    return f"{group} are {kind.several}", _named(kind.cards)


def _finish(trace: Trace, formula: str, good: int, every: int, chance: Fraction) -> None:
    shown = f"{good}/{every}"
    result = "" if shown == str(chance) else f" = {chance}"
    trace.add("chance", formula, chance, f"The probability is {shown}{result}.")


def _named(cards: frozenset[Card]) -> str:
    """Equal for equal sets of cards, however they were described."""
    bits = sum(1 << (13 * suit + rank) for suit, rank in cards)
    return f"{bits:x}"
