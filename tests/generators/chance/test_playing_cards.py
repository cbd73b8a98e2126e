"""Chances with cards agree with a deck read from the words of the question."""

import re
from fractions import Fraction
from itertools import permutations, product
from math import perm

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.chance.card_kinds import DECK
from underdog.generators.chance.playing_cards import _ASKED

SUITS = ("heart", "diamond", "club", "spade")
RANKS = ("2", "3", "4", "5", "6", "7", "8", "9", "10", "jack", "queen", "king", "ace")
END = r"(?:, (?:if|when|as a)|[.?;]| as a fraction)"


def fits(phrase: str, card: tuple[int, int]) -> bool:
    suit, rank = SUITS[card[0]], RANKS[card[1]]
    if "face card" in phrase:
        return rank in ("jack", "queen", "king")
    span = re.search(r"numbered (\d+) to (\d+)", phrase)
    if span and not (rank.isdigit() and int(span[1]) <= int(rank) <= int(span[2])):
        return False
    colour = re.search(r"\b(red|black) card", phrase)
    if colour:
        return (colour[1] == "red") == (suit in ("heart", "diamond"))
    named = [each for each in SUITS if each in phrase]
    if named:
        return suit == named[0]
    return span is not None or re.search(rf"\b{rank}s?\b", phrase) is not None


def fits_any(event: str, card: tuple[int, int]) -> bool:
    phrases = event.replace("queen or king", "queen, king").split(" or ")
    return any(fits(phrase, card) for phrase in phrases)


def counted(text: str, draws: int) -> Fraction:
    pair = re.search(rf"the first is (.*?) and the second is (.*?){END}", text)
    if pair:
        one, two = ({card for card in DECK if fits(phrase, card)} for phrase in pair.groups())
        pairs = list(permutations(DECK, 2) if "not put back" in text else product(DECK, repeat=2))
        return Fraction(sum(a in one and b in two for a, b in pairs), len(pairs))
    event = re.search(
        rf"(it is not|it is|both are|all three are|none of them is|at least one of them is) "
        rf"((?!true|that).*?){END}",
        text,
    )
    assert event, text
    good = sum(fits_any(event[2], card) for card in DECK)
    none = Fraction(perm(52 - good, draws), perm(52, draws))
    if event[1].startswith("at least"):
        return 1 - none
    if event[1].startswith(("none", "it is not")):
        return none
    return Fraction(perm(good, draws), perm(52, draws))


def test_items_are_whole_and_chances_are_counted() -> None:
    for item in check_family("cards"):
        text, draws = item.problem.question.text, item.problem.meta["draws"]
        assert counted(text, draws) == Fraction(item.problem.gold), text
        assert 0 < Fraction(item.problem.gold) < 1


def test_every_way_to_draw_is_asked_about() -> None:
    items = draw("cards", 300)
    assert {item.problem.meta["asked"] for item in items} == {"one", "union", "sequence"}
    assert {item.problem.meta["draws"] for item in items} == {1, 2, 3}
    texts = " ".join(item.problem.question.text for item in items)
    for phrase in ("put back before", "not put back", "none of them is", "at least one of them"):
        assert phrase in texts


def test_there_are_twenty_ways_to_ask() -> None:
    assert len(set(_ASKED)) >= 20
    assert all("{event}" in asked and "fraction" in asked for asked in _ASKED)


def test_the_same_cards_by_another_name_share_a_key() -> None:
    by_key: dict[str, set[str]] = {}
    for item in draw("cards:draws=1,unions=0", 400):
        by_key.setdefault(item.key, set()).add(item.problem.gold)
    assert all(len(golds) == 1 for golds in by_key.values())


@pytest.mark.parametrize("knobs", ["draws=0", "draws=4", "unions=2", "sequences=-1"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"cards:{knobs}")
