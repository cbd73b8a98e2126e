"""Reversed words and phrases; an item and its mirror share a key."""

import re

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families


def test_items_are_whole_and_true() -> None:
    for item in check_family("reversal"):
        given, gold = re.search(r'"(.*?)"', item.problem.question.text)[1], item.problem.gold
        if item.problem.meta["unit"] == "letters":
            assert gold == given[::-1]
        else:
            assert gold.split() == given.split()[::-1]
        assert min(given, gold) in item.key


@pytest.mark.parametrize("unit", ["letters", "words"])
def test_one_unit_can_be_chosen(unit: str) -> None:
    assert {i.problem.meta["unit"] for i in draw(f"reversal:unit={unit}", 10)} == {unit}


@pytest.mark.parametrize("knobs", ["unit=syllables", "words=1"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"reversal:{knobs}")
