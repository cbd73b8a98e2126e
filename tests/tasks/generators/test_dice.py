"""Chances with dice agree with counting all outcomes from the words of the question."""

import re
from fractions import Fraction
from itertools import product

import pytest

from tests.tasks.generators.item_checks import check_family
from underdog.errors import ConfigError
from underdog.tasks.generators import families
from underdog.tasks.generators.dice import KINDS

FACES = {
    "an even number": {2, 4, 6, 8, 10, 12},
    "an odd number": {1, 3, 5, 7, 9, 11},
    "a prime number": {2, 3, 5, 7, 11},
    "a multiple of 3": {3, 6, 9, 12},
}


def happens(text: str, roll: tuple[int, ...]) -> bool:
    span = re.search(r"is from (\d+) to (\d+)", text)
    if span:
        return int(span[1]) <= sum(roll) <= int(span[2])
    bound = re.search(r"is (exactly|at least|at most) (\d+)", text)
    if bound:
        total, limit = sum(roll), int(bound[2])
        return {
            "exactly": total == limit,
            "at least": total >= limit,
            "at most": total <= limit,
        }[bound[1]]
    named = re.search(r"shows? (an? [a-z]+ number|a multiple of 3|an? \d+)", text)
    assert named, text
    good = FACES.get(named[1]) or {int(named[1].split()[1])}
    hits = [face in good for face in roll]
    return any(hits) if "at least one" in text else all(hits)


def test_items_are_whole_and_chances_are_counted() -> None:
    for item in check_family("dice"):
        text, meta = item.problem.question.text, item.problem.meta
        rolls = list(product(range(1, meta["sides"] + 1), repeat=meta["dice"]))
        count = sum(happens(text, roll) for roll in rolls)
        assert Fraction(count, len(rolls)) == Fraction(item.problem.gold), text
        assert 0 < count < len(rolls)


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_chosen_with_one_die(kind: str) -> None:
    check_family(f"dice:kind={kind},dice=1", 20)


@pytest.mark.parametrize("knobs", ["dice=0", "dice=4", "sides=3", "kind=none"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"dice:{knobs}")
