import math

import numpy as np
import pytest

from tests.measure.arms import make_arm
from underdog.errors import UsageError
from underdog.measure.intervals import Estimate, Interval, exact_interval
from underdog.measure.price import per_right_answer, price, ratio
from underdog.seeds import derive


def test_a_right_answer_carries_the_cost_of_the_wrong_ones():
    estimate = per_right_answer(make_arm("+--.?" * 20), "tokens")
    assert estimate.value == 50.0
    assert estimate.interval.low < 50.0 < estimate.interval.high < math.inf


def test_at_one_cost_the_ends_are_that_cost_over_the_ends_of_the_share():
    ends = exact_interval(20, 100)
    found = per_right_answer(make_arm("+--.?" * 20), "tokens").interval
    assert found.low == pytest.approx(10 / ends.high, rel=1e-3)
    assert found.high == pytest.approx(10 / ends.low, rel=1e-3)


@pytest.mark.parametrize("marks", ["--", "-" * 8, "." * 40])
def test_no_right_answer_has_a_lower_end_only(marks):
    found = per_right_answer(make_arm(marks), "flops")
    assert found.value == found.interval.high == math.inf
    assert 0 < found.interval.low < math.inf


@pytest.mark.parametrize("marks", ["+", "-"])
def test_one_problem_tells_nothing(marks):
    found = per_right_answer(make_arm(marks), "tokens")
    assert (found.interval.low, found.interval.high) == (0.0, math.inf)


def test_costs_that_vary_widen_the_interval_also_where_all_is_right():
    right = [1.0] * 60
    constant = price([10.0] * 60, right).interval
    varied = price([1.0, 19.0] * 30, right).interval
    assert math.log(varied.high / varied.low) > 2 * math.log(constant.high / constant.low)


def test_dear_wrong_answers_widen_the_interval_more_than_dear_right_ones():
    right = [1.0, 0.0] * 30
    dear_wrong = price([1.0, 9.0] * 30, right).interval
    dear_right = price([9.0, 1.0] * 30, right).interval
    assert dear_wrong.high / dear_wrong.low > dear_right.high / dear_right.low


def test_clusters_widen_it():
    marks = "".join("+++++-----"[5 * (place % 2) :][:5] for place in range(40))
    groups = [f"t{place // 5}" for place in range(200)]
    alone = per_right_answer(make_arm(marks), "flops").interval
    clustered = per_right_answer(make_arm(marks, groups=groups), "flops").interval
    assert clustered.high - clustered.low > 1.5 * (alone.high - alone.low)
    varied = price(
        [1.0 + place // 20 for place in range(200)],
        [1.0, 0.0] * 100,
        groups=[f"t{place // 20}" for place in range(200)],
    ).interval
    alone = price([1.0 + place // 20 for place in range(200)], [1.0, 0.0] * 100).interval
    assert varied.high / varied.low > alone.high / alone.low


@pytest.mark.parametrize("unit", [1e-6, 0.01, 1000.0, 1e9])
def test_the_unit_of_cost_changes_nothing_but_the_unit(unit):
    costs = [1.0 + place % 7 + (30.0 if place < 20 else 0.0) for place in range(200)]
    right = [float(place % 3 > 0) for place in range(200)]
    groups = [f"t{place // 20}" for place in range(200)]
    for clusters in (groups, None):
        plain = price(costs, right, groups=clusters)
        other = price([unit * cost for cost in costs], right, groups=clusters)
        assert other.value == pytest.approx(unit * plain.value)
        assert other.interval.low == pytest.approx(unit * plain.interval.low)
        assert other.interval.high == pytest.approx(unit * plain.interval.high)


def test_nothing_paid_costs_nothing():
    assert price([0.0] * 9, [1.0] * 9).interval.high == 0.0


def test_a_wild_cost_beside_few_right_answers_has_no_lower_end_but_zero():
    found = price([0.0] * 9 + [1e6], [0.0] * 9 + [1.0])
    assert 0.0 <= found.interval.low < found.value <= found.interval.high


@pytest.mark.slow
@pytest.mark.parametrize("n", [8, 20, 100])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
@pytest.mark.parametrize("lean", [-0.5, 0.0, 0.5])
def test_coverage_holds_with_skewed_costs_that_go_with_the_answers(n, share, lean):
    simulations = 600
    random = np.random.default_rng(derive("price", n, str(share), str(lean)))
    truth = (1 - share + share * math.exp(lean)) / share
    held = 0
    for _ in range(simulations):
        right = (random.random(n) < share).astype(float)
        costs = np.exp(0.6 * random.standard_normal(n) - 0.18 + lean * right)
        held += truth in price(costs.tolist(), right.tolist()).interval
    assert held / simulations >= 0.93


def test_a_ratio_is_wider_than_either_price():
    one, other = price([10.0] * 40, [1.0, 0.0] * 20), price([10.0] * 40, [1.0, 0, 0, 0] * 10)
    found = ratio(one, other)
    assert found.value == pytest.approx(0.5)
    assert found.interval.high / found.interval.low > other.interval.high / other.interval.low


@pytest.mark.parametrize(
    "other",
    [
        Estimate(math.inf, Interval(3.0, math.inf)),
        Estimate(5.0, Interval(0.0, math.inf)),
        Estimate(0.0, Interval(0.0, 0.0)),
    ],
)
def test_what_has_no_price_has_no_ratio(other):
    one = Estimate(5.0, Interval(4.0, 6.0))
    assert ratio(one, other) is None
    assert ratio(other, one) is None


@pytest.mark.parametrize(("costs", "right"), [([], []), ([1.0], [1.0, 0.0])])
def test_costs_and_answers_must_match(costs, right):
    with pytest.raises(UsageError, match="give one each"):
        price(costs, right)


def test_groups_whose_costs_follow_their_right_answers_have_a_surer_price():
    # every right answer costs 10 and every wrong one nothing: the price is 10, whatever the share
    marks = [float(place % 10 < 1 + 8 * (place // 10 % 2)) for place in range(400)]
    costs = [10.0 * mark for mark in marks]
    groups = [f"t{place // 10}" for place in range(400)]
    found = price(costs, marks, groups=groups).interval
    assert 9.5 < found.low < 10.0 < found.high < 10.5
    apart = price(costs[::-1], marks, groups=groups).interval
    assert apart.high / apart.low > 2.5
