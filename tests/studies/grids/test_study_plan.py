"""A plan extrapolates from pilots, and refuses a grid that is too dear, naming what fits."""

import re

import pytest

from tests.studies.grids.coins import Coins
from underdog.errors import UsageError
from underdog.studies.study import Cell, grid
from underdog.studies.study_plan import KindCost, StudyPlan, plan_study

CELLS = tuple(
    Cell(f"{kind} {share}", seed, {"share": share}, kind, work)
    for seed in (1, 2, 3)
    for kind, work in (("small", 10.0), ("large", 100.0))
    for share in (1, 2)
)
COSTS = {"small": KindCost("small", 5.0, 1.0), "large": KindCost("large", 20.0, 1.0)}
PLAN = StudyPlan(CELLS, COSTS)


def test_a_cell_costs_a_start_and_its_work() -> None:
    assert PLAN.minutes() == pytest.approx((6 * 15 + 6 * 120) / 60)
    assert PLAN.minutes(CELLS[:2]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (10.0, "--seeds 2 fits (8 cells, about 9.0 CPU minutes)"),
        (5.0, "--seeds 1 fits (4 cells, about 4.5 CPU minutes)"),
        (1.6, "--without large fits (6 cells, about 1.5 CPU minutes)"),
        (1.2, "--seeds 2 --without large fits (4 cells, about 1.0 CPU minutes)"),
        (0.1, "no part of it fits"),
    ],
)
def test_a_grid_that_is_too_dear_is_refused_with_the_largest_part_that_fits(
    minutes: float, told: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        PLAN.check(minutes)


def test_a_grid_that_fits_is_not_refused() -> None:
    PLAN.check(13.5)


def test_the_part_that_is_named_is_one_that_the_options_give() -> None:
    study = Coins()
    cells = tuple(study.cells("cpu"))
    costs = {cell.kind: KindCost(cell.kind, 0.0, 10.0 + len(cell.kind)) for cell in cells}
    plan = StudyPlan(cells, costs)
    with pytest.raises(UsageError, match="--seeds 2 fits") as raised:
        plan.check(plan.minutes() * 0.7)
    told = re.search(r"\((\d+) cells, about ([\d.]+)", str(raised.value))
    part = grid(study, "cpu", seeds=2)
    assert told is not None
    assert (str(len(part)), f"{plan.minutes(part):.1f}") == told.groups()


def test_pilots_find_the_rate_of_a_busy_loop() -> None:
    """The toy's pilots spin for two seconds per unit of work; a cell has two units."""
    study = Coins()
    cells = [cell for cell in study.cells("ci") if cell.kind in ("good", "fair")]
    plan = plan_study(study, cells)
    assert plan.costs.keys() == {"good", "fair"}
    assert 3.5 < sum(plan.costs[kind].seconds(cells[0]) for kind in plan.costs) / 2 < 12.0
