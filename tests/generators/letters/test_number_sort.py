"""Ranks, medians and ranges of the numbers in the question."""

import re
from statistics import median

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.letters.number_sort import KINDS


def test_items_are_whole_and_true() -> None:
    for item in check_family("number_sort", 200):
        text, gold = item.problem.question.text, int(item.problem.gold)
        numbers = [int(n) for n in max(re.findall(r"-?\d+(?:, -?\d+)+", text), key=len).split(", ")]
        rank = re.search(r"(\d)(?:st|nd|rd|th) (?:smallest|largest)", text)
        place = int(rank[1]) if rank else 1
        expected = {
            "smallest": sorted(numbers)[place - 1],
            "largest": sorted(numbers)[-place],
            "median": median(numbers),
            "range": max(numbers) - min(numbers),
        }
        assert gold == expected[item.problem.meta["kind"]], text


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_chosen(kind: str) -> None:
    items = draw(f"number_sort:kind={kind},numbers=3,min_numbers=3", 10)
    assert {i.problem.meta["kind"] for i in items} == {kind}


@pytest.mark.parametrize("knobs", ["kind=mode", "numbers=2", "size=19", "numbers=4,min_numbers=5"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"number_sort:{knobs}")
