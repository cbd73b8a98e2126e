"""Counts of days and leap years agree with the calendar."""

import calendar
import re

import pytest

from tests.generators.item_checks import check_family, draw
from tests.generators.measures.test_weekday import dates_in
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.measures.day_count import KINDS


def test_items_are_whole_and_true() -> None:
    for item in check_family("day_count", 200):
        text, gold = item.problem.question.text, int(item.problem.gold)
        kind = item.problem.meta["kind"]
        if kind == "leap":
            first, last = map(int, re.findall(r"\d{4}", text))
            assert gold == sum(map(calendar.isleap, range(first, last + 1)))
        elif kind == "between":
            dates = dates_in(text)
            assert gold == (max(dates) - min(dates)).days
        else:
            [day] = dates_in(text)
            assert gold == day.timetuple().tm_yday


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_chosen(kind: str) -> None:
    assert {i.problem.meta["kind"] for i in draw(f"day_count:kind={kind},years=400", 10)} == {kind}


@pytest.mark.parametrize("knobs", ["kind=never", "days=2", "years=7"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"day_count:{knobs}")
