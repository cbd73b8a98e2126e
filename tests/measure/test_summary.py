import pytest

from tests.measure.arms import make_arm
from underdog.core import Usage
from underdog.errors import DataError
from underdog.measure.intervals import exact_interval
from underdog.measure.summary import summarize


def test_every_status_is_counted_and_undecided_is_not_right():
    summary = summarize(make_arm("++-.?", usage=Usage(generated_tokens=8, verifier_tokens=2)))
    assert (summary.num_right, summary.num_wrong) == (2, 1)
    assert (summary.num_no_answer, summary.num_undecided) == (1, 1)
    assert summary.accuracy.value == 0.4
    assert summary.accuracy.interval == exact_interval(2, 5)
    assert (summary.tokens_per_problem, summary.tokens_per_right.value) == (10.0, 25.0)
    assert summary.num_solutions == 5


def test_costs_are_given_per_problem_and_per_right_answer():
    summary = summarize(
        make_arm("+-", usage=Usage(flops=3e9, seconds=3.0, cost_usd=0.5, wall_s=2.0))
    )
    assert (summary.flops_per_problem, summary.seconds_per_problem) == (3e9, 2.0)
    assert summary.latency_per_problem == 3.0
    assert (summary.flops_per_right.value, summary.seconds_per_right.value) == (6e9, 4.0)
    assert summary.usd_per_right.value == 1.0


def test_labels_are_carried_over():
    summary = summarize(make_arm("+", "pass@8", oracle_bound=True))
    assert (summary.name, summary.model, summary.form) == ("pass@8", "tiny", "cot")
    assert (summary.strategy, summary.oracle_bound, summary.clusters) == ("greedy", True, 0)


def test_clustered_problems_get_a_clustered_interval():
    groups = [f"t{place // 10}" for place in range(300)]
    marks = "".join("+-"[(place // 10) % 2] for place in range(300))
    summary = summarize(make_arm(marks, groups=groups))
    assert summary.clusters == 30
    plain = exact_interval(150, 300)
    clustered = summary.accuracy.interval
    assert clustered.high - clustered.low > 2 * (plain.high - plain.low)


def test_an_arm_without_problems_is_refused():
    with pytest.raises(DataError, match="no graded problems"):
        summarize(make_arm(""))
