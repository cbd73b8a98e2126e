"""The frequency planner: the published reasoning's numbers, and its edges."""

import pytest

from underdog.data.mixing.planner import (
    PlannedTask,
    explained,
    exposures,
    learned,
    plan_frequency,
    power_law,
    with_share,
)
from underdog.errors import UnknownNameError, UsageError


def _zipf(tasks: int = 32) -> list[PlannedTask]:
    weights = [rank**-1.5 for rank in range(1, tasks + 1)]
    return [
        PlannedTask(str(rank), weight / sum(weights), power_law(8))
        for rank, weight in enumerate(weights, 1)
    ]


@pytest.mark.parametrize(
    ("width", "num_learned", "needed", "factor"),
    [
        (16, 3, 0.074, 30),
        (32, 6, 0.030, 12),
        (64, 11, 0.0115, 4.7),
        (96, 17, 0.0064, 2.6),
        (128, 23, 0.0040, 1.6),
        (192, 32, 0.0017, 0.7),
    ],
)
def test_the_table_for_32_tasks_is_reproduced(
    width: int, num_learned: int, needed: float, factor: float
) -> None:
    plan = plan_frequency(_zipf(), "32", width)
    assert plan.base == pytest.approx(0.00244, rel=0.01)
    assert len(plan.learned_before) == num_learned
    assert plan.needed == pytest.approx(needed, rel=0.03)
    assert plan.factor == pytest.approx(factor, rel=0.03)
    assert len(plan.lost) <= 1


@pytest.mark.parametrize(("width", "num_learned"), [(4, 1), (8, 2), (16, 3), (32, 6), (64, 11)])
def test_learned_tasks_grow_with_width(width: int, num_learned: int) -> None:
    assert len(learned(_zipf(), width)) == num_learned


@pytest.mark.parametrize("width", [16, 32, 64, 128])
def test_the_needed_share_is_the_smallest(width: int) -> None:
    plan = plan_frequency(_zipf(), "32", width)
    assert plan.needed is not None
    assert "32" in learned(with_share(_zipf(), "32", plan.needed), width)
    assert "32" not in learned(with_share(_zipf(), "32", plan.needed * 0.999), width)


def test_a_task_too_rich_for_the_model_is_never_learned() -> None:
    tasks = [PlannedTask("a", 0.5, (1.0,)), PlannedTask("b", 0.5, (1.0,) * 10)]
    plan = plan_frequency(tasks, "b", 4)
    assert plan.needed is None
    assert plan.factor is None
    assert not plan.already
    assert plan.lost == ()


def test_what_raising_one_task_costs_is_said() -> None:
    tasks = [PlannedTask("a", 0.9, (1.0,)), PlannedTask("b", 0.1, (1.0,))]
    plan = plan_frequency(tasks, "b", 1)
    assert plan.needed == pytest.approx(0.5, abs=1e-3)
    assert plan.lost == ("a",)
    assert exposures(0.5, 1000, 10) == 50
    assert sum(explained(tasks, 2).values()) == 2


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="pool"):
        plan_frequency(_zipf(), "33", 8)
    with pytest.raises(UsageError, match="at least 2 pools"):
        plan_frequency(_zipf(1), "1", 8)


def test_a_task_of_which_just_half_is_kept_is_not_learned() -> None:
    tasks = [PlannedTask("half", 0.6, (1.0, 1.0)), PlannedTask("most", 0.4, (2.0, 1.0))]
    assert explained(tasks, 2) == {"half": 0.5, "most": pytest.approx(2 / 3)}
    assert learned(tasks, 2) == ("most",)
