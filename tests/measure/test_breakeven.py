import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.errors import UsageError
from underdog.measure.breakeven import CostPoint, break_even


def point(name, cost, accuracy):
    return CostPoint(name, cost, accuracy)


CURVE = [point("n=16", 160, 0.7), point("n=1", 10, 0.4), point("n=4", 40, 0.6)]


def test_crossing_lies_on_the_line_over_log_cost():
    found = break_even(CURVE, 0.5, 100)
    assert found.point.cost == pytest.approx(20.0)
    assert (found.point.arm, found.point.arm_cost, found.point.measured) == ("n=4", 40, False)
    assert found.sentence("S", "B") == (
        "The curve of S meets B (50.0%) just before n=4, for 20% of its cost: "
        "read off the figure, not tested."
    )


def test_an_arm_exactly_on_the_target_is_the_crossing():
    found = break_even(CURVE, 0.6, 100)
    assert (found.point.cost, found.point.measured) == (40, True)
    assert "at n=4, for 40% of its cost" in found.sentence("S", "B")


def test_a_curve_that_starts_above_crosses_at_its_first_arm():
    assert break_even(CURVE, 0.2, 100).point.arm == "n=1"


def test_a_target_above_all_is_not_reached():
    found = break_even(CURVE, 0.9, 100)
    assert found.point is None
    assert found.sentence("S", "B") == "No measured arm of S reaches B (90.0%)."


def test_a_dearer_crossing_is_said_so():
    assert "for 2.4 times of its cost" in break_even(CURVE, 0.68, 50).sentence("S", "B")


def test_free_arms_have_no_place_on_a_logarithmic_axis():
    with pytest.raises(UsageError, match="n=1 costs 0"):
        break_even([point("n=1", 0, 0.5)], 0.5, 1)


@given(
    st.lists(st.tuples(st.floats(1, 1e6), st.floats(0, 1)), min_size=1, max_size=8),
    st.floats(0, 1),
)
def test_a_crossing_is_between_arms(rows, target):
    curve = [point(f"a{place}", c, a) for place, (c, a) in enumerate(rows)]
    found = break_even(curve, target, 1.0)
    assert (found.point is None) == all(one.accuracy < target for one in curve)
    if found.point is not None:
        assert min(one.cost for one in curve) <= found.point.cost * (1 + 1e-9)
        assert found.point.cost <= found.point.arm_cost * (1 + 1e-9)
