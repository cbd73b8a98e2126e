"""The coin is where following the flips leaves it."""

import re

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families


def test_items_are_whole_and_true() -> None:
    for item in check_family("coin_flip"):
        start, *_, asked = re.findall(r"heads|tails", item.problem.question.text)
        odd = item.problem.meta["flips"] % 2 == 1
        assert item.problem.gold == ("yes" if (start == asked) != odd else "no")


def test_the_sides_named_do_not_change_the_key() -> None:
    seen: dict[str, set[str]] = {}
    for item in draw("coin_flip:people=3", 100):
        seen.setdefault(item.key, set()).add(item.problem.gold)
    assert all(len(answers) == 1 for answers in seen.values())


def test_nobody_may_flip() -> None:
    assert {i.problem.meta["flips"] for i in check_family("coin_flip:flips=0,people=4", 10)} == {0}


@pytest.mark.parametrize("knobs", ["people=0", "flips=2", "people=3,min_people=4"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"coin_flip:{knobs}")
