import math

from tests.measure.arms import make_arm
from underdog.core import Usage
from underdog.measure.cost import amount, per_right_answer


def test_amounts():
    usage = Usage(generated_tokens=3, verifier_tokens=4, flops=5.0, wall_s=6.0, cost_usd=7.0)
    quantities = ("tokens", "flops", "seconds", "usd")
    assert [amount(usage, quantity) for quantity in quantities] == [7.0, 5.0, 6.0, 7.0]


def test_a_right_answer_carries_the_cost_of_the_wrong_ones():
    estimate = per_right_answer(make_arm("+--.?" * 20), "tokens")
    assert estimate.value == 50.0
    assert estimate.interval.low < 50.0 < estimate.interval.high < math.inf


def test_no_right_answer_has_no_finite_price():
    assert per_right_answer(make_arm("--"), "usd").value == math.inf


def test_price_per_right_answer_respects_clusters():
    marks = "".join("+++++-----"[5 * (place % 2) :][:5] for place in range(40))
    groups = [f"t{place // 5}" for place in range(200)]
    alone = per_right_answer(make_arm(marks), "flops").interval
    clustered = per_right_answer(make_arm(marks, groups=groups), "flops").interval
    assert clustered.high - clustered.low > 1.5 * (alone.high - alone.low)
