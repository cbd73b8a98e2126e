"""Joined letters are those of the words in the question."""

import re

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families


def test_items_are_whole_and_true() -> None:
    for item in check_family("last_letters"):
        phrase = re.search(r'"(.*?)"', item.problem.question.text)[1]
        place = -1 if item.problem.meta["which"] == "last" else 0
        assert "".join(word[place] for word in phrase.split()) == item.problem.gold


@pytest.mark.parametrize("which", ["last", "first"])
def test_one_end_can_be_chosen(which: str) -> None:
    for item in draw(f"last_letters:which={which},words=3", 10):
        assert which in item.problem.question.text


@pytest.mark.parametrize("knobs", ["words=0", "which=middle", "words=2,min_words=3"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"last_letters:{knobs}")
