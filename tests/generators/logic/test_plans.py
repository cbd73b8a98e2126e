"""Exactly one order meets the conditions of a plan, as they are worded."""

import re
from itertools import permutations

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.logic.goals import goals

EARLY_FIRST = r"([A-J]) (?:comes before|must be done before) ([A-J])"
LATE_FIRST = r"(?:Do )?([A-J]) (?:is possible only after|later than) ([A-J])"


def test_items_are_whole_and_have_one_order() -> None:
    for item in check_family("plans"):
        text, gold = item.problem.question.text, item.problem.gold.split()
        before = set(re.findall(EARLY_FIRST, text))
        before |= {(early, late) for late, early in re.findall(LATE_FIRST, text)}
        orders = [
            order
            for order in permutations(sorted(gold))
            if all(order.index(early) < order.index(late) for early, late in before)
        ]
        assert orders == [tuple(gold)], text
        steps = dict(re.findall(r"^([A-J]): (.*)$", text, re.MULTILINE))
        assert [steps[letter] for letter in gold] == item.problem.meta["plan"]
        assert len(steps) == len(gold) + bool(item.problem.meta["missing"])


def test_changed_plans_leave_the_impossible_step_out() -> None:
    items = draw("plans:changed=1,steps=6,min_steps=6", 40)
    changed = [item for item in items if item.problem.meta["missing"]]
    assert len(changed) > 20
    for item in changed:
        goal = next(goal for goal in goals() if goal.name == item.problem.meta["goal"])
        assert goal.instead in item.problem.meta["plan"]
        assert goal.steps[goal.replaced] not in item.problem.meta["plan"]
        assert goal.steps[goal.replaced] in item.problem.question.text
        assert f"Without the {goal.missing}" in item.steps[0].text


def test_goals_differ_and_have_seven_steps_each() -> None:
    assert len({goal.name for goal in goals()}) == len(goals())
    assert all(len(set(goal.steps)) == 7 for goal in goals())


@pytest.mark.parametrize(
    "knobs", ["steps=2", "steps=7", "changed=2", "extra=7", "steps=3,min_steps=4"]
)
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"plans:{knobs}")
