"""Exactly one order meets the clues as they are worded."""

import re
from itertools import permutations
from random import Random

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.craft.word_lists import PEOPLE
from underdog.generators.logic.ordering import ordering_key

UP = ("is taller than", "is older than", "runs faster than", "finished before", "is richer than",
      "scored more than")  # fmt: skip
DOWN = ("is shorter than", "is younger than", "runs slower than", "finished after",
        "is poorer than", "scored less than")  # fmt: skip


def clues_in(text: str) -> set[tuple[str, str]]:
    pairs = re.findall(rf"(\w+) ({'|'.join(UP + DOWN)}) (\w+)\.", text)
    return {(a, b) if words in UP else (b, a) for a, words, b in pairs}


def test_items_are_whole_and_have_one_solution() -> None:
    for item in check_family("ordering:people=6"):
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


def test_the_key_forgets_names_and_the_order_of_clues() -> None:
    rng = Random(3)
    for item in draw("ordering", 30):
        order, clues = item.problem.meta["order"], [tuple(c) for c in item.problem.meta["clues"]]
        assert set(clues) == clues_in(item.problem.question.text)
        names = dict(zip(order, rng.sample(PEOPLE, len(order)), strict=True))
        renamed = [(names[high], names[low]) for high, low in rng.sample(clues, len(clues))]
        place = order.index(item.problem.gold)
        assert ordering_key([names[one] for one in order], renamed, place) == item.key


def test_the_key_tells_further_clues_and_places_apart() -> None:
    pairs = [("a", "b"), ("b", "c")]
    keys = {ordering_key("abc", pairs, place) for place in range(3)}
    assert len(keys | {ordering_key("abc", [*pairs, ("a", "c")], 0)}) == 4


def test_there_are_many_different_items() -> None:
    assert len({item.key for item in draw("ordering", 1_000)}) > 400


@pytest.mark.parametrize("knobs", ["people=2", "people=11", "extra=-1", "people=3,min_people=4"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"ordering:{knobs}")
