"""Weekdays agree with the calendar."""

import re
from datetime import date, timedelta

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.measures.calendar import (
    MONTHS,
    WEEKDAYS,
    between,
    days_in,
    is_leap,
    phrased,
)
from underdog.generators.measures.weekday import KINDS


def dates_in(text: str) -> list[date]:
    found = re.findall(rf"(\d+) ({'|'.join(MONTHS)}) (\d{{4}})", text)
    return [date(int(year), MONTHS.index(month) + 1, int(day)) for day, month, year in found]


def test_items_are_whole_and_true() -> None:
    for item in check_family("weekday"):
        text, shift = item.problem.question.text, item.problem.meta["days"]
        dates = dates_in(text)
        if dates:
            known, asked = dates
            assert WEEKDAYS[known.weekday()] in text
            assert WEEKDAYS[asked.weekday()] == item.problem.gold
            assert asked - known == timedelta(shift)
        else:
            start = next(place for place, day in enumerate(WEEKDAYS) if day in text)
            assert WEEKDAYS[(start + shift) % 7] == item.problem.gold


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_chosen(kind: str) -> None:
    assert {i.problem.meta["kind"] for i in draw(f"weekday:kind={kind}", 10)} == {kind}


def test_days_between_dates_are_told_month_by_month() -> None:
    start = date(2023, 11, 20)
    for span in (1, 9, 10, 11, 45, 101, 200, 466):
        end = start + timedelta(span)
        parts = between(start, end)
        assert sum(count for _, count in parts) == span
    assert "28 in February" in phrased(between(start, date(2025, 3, 1)))
    assert "29 in February of a leap year" in phrased(between(start, date(2025, 3, 1)))


def test_leap_years_and_months() -> None:
    assert [year for year in (1900, 2000, 2023, 2024) if is_leap(year)] == [2000, 2024]
    assert (days_in(2024, 2), days_in(2023, 2), days_in(2023, 12)) == (29, 28, 31)


@pytest.mark.parametrize("knobs", ["kind=never", "days=2"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"weekday:{knobs}")
