"""Clock times agree with the calendar's arithmetic, across midnight too."""

import re
from datetime import datetime, timedelta

import pytest

from tests.generators.item_checks import check_family
from underdog.errors import ConfigError
from underdog.generators import families

BACK = ("What time was it", "did the work begin", "take off")


def test_items_are_whole_and_true() -> None:
    crossed = 0
    for item in check_family("clock:hours=30", 200):
        text = item.problem.question.text
        start = datetime.strptime(re.search(r"\d\d:\d\d", text)[0], "%H:%M")  # noqa: DTZ007
        hours = re.search(r"(\d+) hours?", text.replace("24-hour", ""))
        minutes = re.search(r"(\d+) minutes?", text)
        span = timedelta(
            hours=int(hours[1]) if hours else 0, minutes=int(minutes[1]) if minutes else 0
        )
        end = start - span if any(words in text for words in BACK) else start + span
        assert end.strftime("%H:%M") == item.problem.gold, text
        crossed += end.day != start.day
    assert crossed > 20


def test_times_keep_to_the_step() -> None:
    for item in check_family("clock:step=15,hours=3", 30):
        assert int(item.problem.gold[3:]) % 15 == 0


@pytest.mark.parametrize("knobs", ["hours=0", "hours=49", "step=31"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"clock:{knobs}")
