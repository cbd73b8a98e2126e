"""Durations agree with the clock times and breaks of the question."""

import re

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families


def test_items_are_whole_and_true() -> None:
    for item in check_family("durations"):
        text = item.problem.question.text
        start, end = (int(h) * 60 + int(m) for h, m in re.findall(r"(\d\d):(\d\d)", text))
        late = "next day" in text
        breaks = sum(map(int, re.findall(r"\b\d+\b", re.sub(r"\d\d:\d\d", "", text))))
        assert int(item.problem.gold) == end - start + 1440 * late - breaks, text
        assert late == (end < start)


def test_breaks_can_be_left_out() -> None:
    items = draw("durations:breaks=0,overnight=1.0", 20)
    assert all(not i.problem.meta["breaks"] for i in items)
    assert all("next day" in i.problem.question.text for i in items)


@pytest.mark.parametrize("knobs", ["hours=2", "breaks=4", "overnight=-1"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"durations:{knobs}")
