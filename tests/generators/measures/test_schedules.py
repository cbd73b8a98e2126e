"""The earliest end agrees with simulating the project, read from its words."""

import re

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families


def ends_in(text: str) -> dict[str, int]:
    """Run the clock unit by unit."""
    lengths = {name: int(n) for name, n in re.findall(r"\b([P-W]) takes (\d+)", text)}
    waits = {
        name: set(re.findall(r"[P-W]", rest))
        for name, rest in re.findall(r"([P-W]) takes [^.]*?(?:after|for) ([^.]*)\.", text)
    }
    ends: dict[str, int] = {}
    started: dict[str, int] = {}
    clock = 0
    while len(ends) < len(lengths):
        for name, start in started.items():
            if name not in ends and clock == start + lengths[name]:
                ends[name] = clock
        for name in lengths:
            if name not in started and all(other in ends for other in waits.get(name, ())):
                started[name] = clock
        clock += 1
    return ends


def test_items_are_whole_and_true() -> None:
    for item in check_family("schedules"):
        text = item.problem.question.text
        ends = ends_in(text)
        asked = re.search(r"task ([P-W])", text)
        found = ends[asked[1]] if asked else max(ends.values())
        assert found == int(item.problem.gold), text


def test_sub_questions_are_asked_for_every_step() -> None:
    assert all(step.question for item in draw("schedules", 20) for step in item.steps)


@pytest.mark.parametrize("knobs", ["tasks=1", "tasks=9", "length=1", "tasks=2,min_tasks=3"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"schedules:{knobs}")
