"""Chances of drawing agree with going through all draws."""

import re
from fractions import Fraction
from itertools import permutations, product

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families

COLOURS = "red|blue|green|white|black|yellow"


def counted(text: str, draws: int, back: bool, event: str) -> Fraction:
    balls: list[str] = []
    for count, colour in re.findall(rf"(\d+) ({COLOURS})", text):
        balls += [colour] * int(count)
    named = (["", *re.findall(COLOURS, text.partition(". ")[2])])[-1]
    outcomes = list(product(balls, repeat=draws) if back else permutations(balls, draws))
    tests = {
        "colour": lambda drawn: set(drawn) == {named},
        "none": lambda drawn: named not in drawn,
        "some": lambda drawn: named in drawn,
        "same": lambda drawn: len(set(drawn)) == 1,
    }
    return Fraction(sum(map(tests[event], outcomes)), len(outcomes))


def test_items_are_whole() -> None:
    check_family("urns")


def test_chances_are_counted() -> None:
    for item in draw("urns:size=4", 60):
        meta = item.problem.meta
        found = counted(item.problem.question.text, meta["draws"], meta["replaced"], meta["event"])
        assert found == Fraction(item.problem.gold), item.problem.question.text


def test_colours_and_their_order_do_not_change_the_key() -> None:
    seen: dict[str, set[str]] = {}
    for item in draw("urns:size=4,draws=2", 200):
        seen.setdefault(item.key, set()).add(item.problem.gold)
    assert all(len(answers) == 1 for answers in seen.values())
    assert len(seen) < 150


@pytest.mark.parametrize("knobs", ["draws=4", "colours=1", "size=3", "replaced=1.5"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"urns:{knobs}")
