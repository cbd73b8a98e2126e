"""Kinds of playing cards by name: suits, ranks, colours, pictures, spans, and parts of these."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random

Card = tuple[int, int]
SUITS = ("hearts", "diamonds", "clubs", "spades")
RANKS = ("2", "3", "4", "5", "6", "7", "8", "9", "10", "jack", "queen", "king", "ace")
DECK: tuple[Card, ...] = tuple((suit, rank) for suit in range(4) for rank in range(13))


@dataclass(frozen=True)
class Kind:
    """A named set of cards, such as the hearts.

    Attributes:
        one: Name of one such card, with its article.
        several: Name of several such cards.
        holds: Whether a card is of the kind.
    """

    one: str
    several: str
    holds: Callable[[Card], bool]

    @cached_property
    def cards(self) -> frozenset[Card]:
        """The cards of this kind."""
        return frozenset(card for card in DECK if self.holds(card))


def draw_kind(rng: Random) -> Kind:
    """A random kind of cards."""
    pick = rng.randrange(6)
    if pick == 0:
        suit = rng.randrange(4)
        return Kind(f"a {SUITS[suit][:-1]}", SUITS[suit], lambda card: card[0] == suit)
    if pick == 1:
        rank = rng.randrange(13)
        article = "an" if RANKS[rank] in ("8", "ace") else "a"
        return Kind(f"{article} {RANKS[rank]}", f"{RANKS[rank]}s", lambda card: card[1] == rank)
    if pick == 2:
        red = rng.random() < 0.5
        colour = "red" if red else "black"
        return Kind(f"a {colour} card", f"{colour} cards", lambda card: (card[0] < 2) == red)
    if pick == 3:
        face = "face card (jack, queen or king)"
        return Kind(f"a {face}", face.replace("card", "cards"), lambda card: 9 <= card[1] <= 11)
    return _span(rng)


def _span(rng: Random) -> Kind:
    """A random span of numbered cards, of all suits, of one suit or of one colour."""
    low = rng.randint(0, 7)
    high = rng.randint(low + 1, 8)
    span = f"numbered {RANKS[low]} to {RANKS[high]}"
    pick = rng.randrange(3)
    if pick == 0:
        return Kind(f"a card {span}", f"cards {span}", lambda card: low <= card[1] <= high)
    if pick == 1:
        red = rng.random() < 0.5
        colour = "red" if red else "black"
        return Kind(
            f"a {colour} card {span}",
            f"{colour} cards {span}",
            lambda card: (card[0] < 2) == red and low <= card[1] <= high,
        )
    suit = rng.randrange(4)
    return Kind(
        f"a {SUITS[suit][:-1]} {span}",
        f"{SUITS[suit]} {span}",
        lambda card: card[0] == suit and low <= card[1] <= high,
    )
