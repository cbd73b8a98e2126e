"""Exactly one order meets the clues as they are worded."""

import re
from itertools import permutations

import pytest

from tests.tasks.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.tasks.generators import families

UP = ("is taller than", "is older than", "runs faster than", "finished before", "is richer than",
      "scored more than")  # fmt: skip
DOWN = ("is shorter than", "is younger than", "runs slower than", "finished after",
        "is poorer than", "scored less than")  # fmt: skip


def clues_in(text: str) -> set[tuple[str, str]]:
    pairs = re.findall(rf"(\w+) ({'|'.join(UP + DOWN)}) (\w+)\.", text)
    return {(a, b) if words in UP else (b, a) for a, words, b in pairs}


def test_items_are_whole_and_have_one_solution() -> None:
    for item in check_family("ordering"):
        clues, order = clues_in(item.problem.question.text), item.problem.meta["order"]
        assert clues == {tuple(pair) for pair in item.problem.meta["clues"]}
        solutions = [
            each
            for each in permutations(order)
            if all(each.index(high) < each.index(low) for high, low in clues)
        ]
        assert solutions == [tuple(order)]
        assert item.problem.gold in order


def test_the_place_asked_for_is_the_answer() -> None:
    for item in draw("ordering:people=3", 60):
        asked = item.problem.question.text.rpartition(". ")[2]
        order = item.problem.meta["order"]
        last = ("shortest", "youngest", "slowest", "last", "poorest", "worst")
        place = 1 if "2nd" in asked else 2 if any(word in asked for word in last) else 0
        assert order[place] == item.problem.gold, asked


def test_the_key_forgets_the_order_and_direction_of_clues() -> None:
    for item in draw("ordering", 30):
        listed = item.key.split(":")[2].split()
        assert listed == sorted(listed)
        assert {tuple(each.split(">")) for each in listed} == clues_in(item.problem.question.text)


@pytest.mark.parametrize("knobs", ["people=2", "people=11", "extra=-1", "people=3,min_people=4"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"ordering:{knobs}")
