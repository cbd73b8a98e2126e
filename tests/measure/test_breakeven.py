import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.errors import UsageError
from underdog.measure.breakeven import CostPoint, break_even


def point(name, cost, accuracy, low=None):
    return CostPoint(name, cost, accuracy, accuracy - 0.05 if low is None else low)


CURVE = [point("n=16", 160, 0.7), point("n=1", 10, 0.4), point("n=4", 40, 0.6)]


def test_crossing_lies_on_the_line_over_log_cost():
    found = break_even(CURVE, 0.5, 100)
    assert found.point.cost == pytest.approx(20.0)
    assert (found.point.arm, found.point.arm_cost, found.point.measured) == ("n=4", 40, False)
    assert found.sure.cost == pytest.approx(10 * 4**0.75)
    assert found.sentence("S", "B") == (
        "S reaches B (50.0%) just before n=4, for 20% of its cost; "
        "its whole interval lies above it from 28% on."
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


def test_points_may_reach_what_intervals_do_not_and_dearer_is_said_so():
    found = break_even(CURVE, 0.68, 50)
    assert found.sure is None
    assert found.sentence("S", "B").endswith(
        "times of its cost; no arm's whole interval lies above it."
    )


def test_free_arms_have_no_place_on_a_logarithmic_axis():
    with pytest.raises(UsageError, match="n=1 costs 0"):
        break_even([point("n=1", 0, 0.5)], 0.5, 1)


@given(
    st.lists(
        st.tuples(st.floats(1, 1e6), st.floats(0, 1), st.floats(0, 0.3)), min_size=1, max_size=8
    ),
    st.floats(0, 1),
)
def test_a_crossing_is_between_arms_and_never_cheaper_for_the_lower_ends(rows, target):
    curve = [point(f"a{place}", c, a, max(0.0, a - d)) for place, (c, a, d) in enumerate(rows)]
    found = break_even(curve, target, 1.0)
    assert (found.point is None) == all(one.accuracy < target for one in curve)
    if found.point is not None:
        assert min(one.cost for one in curve) <= found.point.cost * (1 + 1e-9)
        assert found.point.cost <= found.point.arm_cost * (1 + 1e-9)
    if found.sure is not None:
        assert found.point is not None
        assert found.point.arm_cost <= found.sure.arm_cost
