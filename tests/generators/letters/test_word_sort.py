"""Sorted words are those of the question, in order."""

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families


def test_items_are_whole_and_true() -> None:
    for item in check_family("word_sort"):
        words, text = item.problem.meta["words"], item.problem.question.text
        backwards = "reverse" in text or "backwards" in text
        assert item.problem.gold.split() == sorted(words, reverse=backwards)
        assert ", ".join(words) in text


def test_the_given_order_does_not_change_the_key() -> None:
    items = draw("word_sort:words=2,min_words=2,backwards=0", 20)
    assert all(item.key == f"word_sort:a:{item.problem.gold}" for item in items)


@pytest.mark.parametrize("knobs", ["words=1", "backwards=3", "words=3,min_words=4"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"word_sort:{knobs}")
