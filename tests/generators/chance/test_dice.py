"""Chances with dice agree with counting all outcomes from the words of the question."""

import re
from fractions import Fraction
from itertools import product
from math import prod

import pytest

from tests.generators.item_checks import check_family
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.chance.dice import KINDS
from underdog.generators.chance.dice_words import ASKED

PRIMES = {2, 3, 5, 7, 11, 13, 17, 19}
FACES = {
    "an even number": set(range(2, 21, 2)),
    "an odd number": set(range(1, 21, 2)),
    "a prime number": PRIMES,
    "a multiple of 3": set(range(3, 21, 3)),
}
MEASURES = {
    "sum": sum,
    "total": sum,
    "product": prod,
    "difference": lambda roll: max(roll) - min(roll),
    "distance": lambda roll: max(roll) - min(roll),
    "highest": max,
    "largest number": max,
    "lowest": min,
    "smallest number": min,
}


def happens(text: str, roll: tuple[int, ...]) -> bool:
    named = re.search(r"shows? (an? [a-z]+ number|a multiple of 3|an? \d+)", text)
    most = re.search(r"shows? a number of at most (\d+)", text)
    if named or most:
        if most:
            good = set(range(1, int(most[1]) + 1))
        else:
            good = FACES.get(named[1]) or {int(named[1].split()[1])}
        hits = [face in good for face in roll]
        return any(hits) if "at least one" in text else all(hits)
    event = text
    measure = next((MEASURES[name] for name in MEASURES if f"the {name}" in event), None)
    value = (measure or sum)(roll)
    span = re.search(r"is from (\d+) to (\d+)", text)
    if span:
        return int(span[1]) <= value <= int(span[2])
    bound = re.search(r"is (exactly|at least|at most) (\d+)", text)
    assert bound, text
    limit = int(bound[2])
    return {"exactly": value == limit, "at least": value >= limit, "at most": value <= limit}[
        bound[1]
    ]


def test_items_are_whole_and_chances_are_counted() -> None:
    for item in check_family("dice:sides=12"):
        text, meta = item.problem.question.text, item.problem.meta
        rolls = list(product(*(range(1, count + 1) for count in meta["sides"])))
        count = sum(happens(text, roll) for roll in rolls)
        assert Fraction(count, len(rolls)) == Fraction(item.problem.gold), text
        assert 0 < count < len(rolls)


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_chosen_with_one_die(kind: str) -> None:
    check_family(f"dice:kind={kind},dice=1", 20)


@pytest.mark.parametrize("kind", KINDS)
def test_items_of_each_kind_are_whole(kind: str) -> None:
    for item in check_family(f"dice:kind={kind},dice=3", 20):
        assert item.problem.meta["kind"] == kind or item.problem.meta["dice"] == 1


def test_dice_of_different_sizes_are_named_and_counted_apart() -> None:
    mixed = [i for i in check_family("dice:kind=sum", 60) if len(set(i.problem.meta["sides"])) > 1]
    assert len(mixed) > 20
    for item in mixed:
        assert all(f"{n}-sided" in item.problem.question.text for n in item.problem.meta["sides"])


def test_there_are_twenty_ways_to_ask() -> None:
    assert len(set(ASKED)) >= 20
    assert all("{event}" in asked and "fraction" in asked for asked in ASKED)


@pytest.mark.parametrize("knobs", ["dice=0", "dice=4", "sides=3", "sides=21", "kind=none"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"dice:{knobs}")
