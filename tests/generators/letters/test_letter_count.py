"""Counted letters are those of the phrase in the question."""

import re

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families


def test_items_are_whole_and_true() -> None:
    for item in check_family("letter_count", 200):
        phrase = re.findall(r'"(.*?)"', item.problem.question.text)[-1]
        wanted = item.problem.meta["letters"]
        assert sum(letter in wanted for letter in phrase) == int(item.problem.gold)


def test_vowels_can_be_left_out_or_asked_always() -> None:
    assert all(len(i.problem.meta["letters"]) == 1 for i in draw("letter_count:vowels=0", 20))
    assert all(i.problem.meta["letters"] == "aeiou" for i in draw("letter_count:vowels=1", 20))


@pytest.mark.parametrize("knobs", ["words=0", "vowels=1.1"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"letter_count:{knobs}")
