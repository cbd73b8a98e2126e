"""Chances with cards agree with a deck read from the words of the question."""

import re
from fractions import Fraction
from math import perm

import pytest

from tests.tasks.generators.item_checks import check_family
from underdog.errors import ConfigError
from underdog.tasks.generators import families
from underdog.tasks.generators.cards import DECK

SUITS = ("heart", "diamond", "club", "spade")
RANKS = ("2", "3", "4", "5", "6", "7", "8", "9", "10", "jack", "queen", "king", "ace")


def fits(phrase: str, card: tuple[int, int]) -> bool:
    suit, rank = SUITS[card[0]], RANKS[card[1]]
    if "face card" in phrase:
        return rank in ("jack", "queen", "king")
    if "red card" in phrase or "black card" in phrase:
        return ("red" in phrase) == (suit in ("heart", "diamond"))
    span = re.search(r"numbered (\d+) to (\d+)", phrase)
    if span and not (rank.isdigit() and int(span[1]) <= int(rank) <= int(span[2])):
        return False
    named = [each for each in SUITS if each in phrase]
    if named:
        return suit == named[0]
    return span is not None or re.search(rf"\b{rank}s?\b", phrase) is not None


def test_items_are_whole_and_chances_are_counted() -> None:
    for item in check_family("cards"):
        text, draws = item.problem.question.text, item.problem.meta["draws"]
        event = re.search(r"that (?:it is|both are|all three are) (.*?)[.?]", text)
        assert event, text
        phrases = event[1].replace("queen or king", "queen, king").split(" or ")
        good = sum(any(fits(phrase, card) for phrase in phrases) for card in DECK)
        assert Fraction(perm(good, draws), perm(52, draws)) == Fraction(item.problem.gold), text
        assert 0 < Fraction(item.problem.gold) < 1


@pytest.mark.parametrize("knobs", ["draws=0", "draws=4", "unions=2"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"cards:{knobs}")
