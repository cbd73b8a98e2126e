from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.measure.arms import make_arm
from underdog.errors import DataError, UsageError
from underdog.measure.intervals import Interval
from underdog.measure.paired import mcnemar
from underdog.measure.verdict import compare, compare_all, paired_items


def test_a_clear_winner_is_named_with_its_numbers():
    verdict = compare(make_arm("+" * 80 + "-" * 20, "small"), make_arm("+" * 50 + "-" * 50, "big"))
    assert (verdict.words, verdict.winner, verdict.n) == ("better", "small", 100)
    assert (verdict.both, verdict.left_only, verdict.right_only, verdict.neither) == (50, 30, 0, 20)
    assert verdict.sentence().startswith(
        "small is better than big. 80.0% against 50.0% on the same 100 problems: +30.0 points, "
        "95% interval +"
    )
    assert "exact McNemar test, p < 0.001." in verdict.sentence()


def test_the_other_way_round_it_is_worse():
    verdict = compare(make_arm("-" * 30 + "+" * 10, "small"), make_arm("+" * 40, "big"))
    assert (verdict.words, verdict.winner) == ("worse", "big")
    assert verdict.headline() == "small is worse than big."
    assert "−75.0 points" in verdict.evidence()


def test_a_small_difference_is_called_no_difference_shown_and_says_what_it_would_take():
    verdict = compare(make_arm("++++--" * 5, "a"), make_arm("+++-+-" * 4 + "+++---", "b"))
    assert verdict.words == "no difference shown"
    assert verdict.winner is None
    assert "Showing a difference of this size would take about" in verdict.sentence()


def test_equal_arms_show_no_difference_and_ask_for_no_more():
    verdict = compare(make_arm("+-+-", "a"), make_arm("+-+-", "b"))
    assert verdict.p_value == 1.0
    assert verdict.sentence() == (
        "No difference shown between a and b. 50.0% against 50.0% on the same 4 problems: "
        "+0.0 points, 95% interval −60.2 to +60.2; exact McNemar test, p = 1.000."
    )


def test_one_problem_too_few_is_said_so():
    verdict = compare(make_arm("+++++", "a"), make_arm("-----", "b"))
    assert verdict.p_value == mcnemar(5, 0) == 0.0625
    assert verdict.words == "no difference shown"
    assert "would take about 6 problems" in verdict.evidence()


def test_an_oracle_wins_nothing():
    verdict = compare(make_arm("+" * 90, "pass@16", oracle_bound=True), make_arm("-" * 90, "big"))
    assert (verdict.words, verdict.winner) == ("bound", None)
    assert verdict.headline() == "No winner: pass@16 or big chose with the gold answer."


def test_clusters_are_respected_and_named():
    groups = [f"t{place // 4}" for place in range(160)]
    left = make_arm("+" * 100 + "-" * 60, "a", groups=groups)
    verdict = compare(left, make_arm("+" * 60 + "-" * 100, "b", groups=groups))
    assert verdict.clusters == 40
    assert verdict.words == "better"
    assert verdict.worth <= 40
    assert ", 40 clusters worth " in verdict.evidence()
    close = compare(left, make_arm("+" * 98 + "-" * 62, "b", groups=groups))
    assert "would take" not in close.evidence()


def test_several_comparisons_are_corrected():
    big = make_arm("-" * 6 + "+" * 94, "big")
    better = make_arm("+" * 100, "a")
    alone = compare(better, big)
    both = compare_all([better, make_arm("-" * 6 + "+" * 94, "b")], big)
    assert alone.p_value == 0.03125
    assert alone.words == "better"
    assert [verdict.p_value for verdict in both] == [0.0625, 1.0]
    assert [verdict.words for verdict in both] == ["no difference shown"] * 2
    assert 0.0 in both[0].difference.interval
    assert both[0].difference.interval.level == 0.95
    assert "both corrected for 2 comparisons (Bonferroni)" in both[0].evidence()


@pytest.mark.parametrize("number", [1, 2, 5, 40])
def test_corrected_words_intervals_and_p_values_agree(number):
    arms = [make_arm("-" * place + "+" * (60 - place), f"a{place}") for place in range(0, 60, 4)]
    for left in arms:
        found = compare(left, arms[5], comparisons=number)
        assert (found.winner is not None) == (found.p_value <= 0.05)
        assert (found.winner is None) == (0.0 in found.difference.interval)


def test_a_p_value_just_above_the_level_is_not_rounded_onto_it():
    verdict = compare(make_arm("+" * 8, "a"), make_arm("-" * 8, "b"))
    assert "p > 0.050." in replace(verdict, p_value=0.0502).evidence()
    assert "p = 0.051." in replace(verdict, p_value=0.0508).evidence()
    assert "p = 0.050." in replace(verdict, p_value=0.0498).evidence()


def test_no_comparison_at_all_is_refused():
    with pytest.raises(UsageError, match="comparisons=0"):
        compare(make_arm("+"), make_arm("-"), comparisons=0)


def test_groups_too_few_to_serve_as_clusters_are_counted():
    groups = ["easy", "middle", "hard"] * 10
    verdict = compare(make_arm("+-" * 15, groups=groups), make_arm("-+" * 15, "b", groups=groups))
    assert (verdict.few_groups, verdict.clusters) == (3, 0)


def test_small_ends_keep_a_digit_that_is_not_zero():
    verdict = compare(make_arm("+" * 40 + "-" * 400, "a"), make_arm("-" * 440, "b"))
    close = replace(verdict.difference, interval=Interval(0.0003, 0.2))
    assert "+0.03 to +20.0" in replace(verdict, difference=close).evidence()
    tiny = replace(verdict.difference, interval=Interval(2e-7, 0.2))
    assert "+0.00002 to +20.0" in replace(verdict, difference=tiny).evidence()
    none = replace(verdict.difference, interval=Interval(-1e-13, 0.2))
    assert "+0.0 to +20.0" in replace(verdict, difference=none).evidence()


def test_a_correction_does_not_turn_a_bound_into_a_winner():
    oracle = make_arm("+" * 50, "oracle", oracle_bound=True)
    assert compare_all([oracle], make_arm("-" * 50, "big"))[0].words == "bound"


def test_items_are_paired_by_problem_not_by_place():
    left, right = make_arm("+-", "a"), make_arm("+-", "b")
    turned = type(right)(right.name, "m", "f", "s", right.items[::-1])
    assert all(one.problem_id == two.problem_id for one, two in paired_items(left, turned))


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [
        (make_arm(""), make_arm("+"), "0 items"),
        (make_arm("+"), make_arm(""), "0 items"),
        (make_arm("++"), make_arm("+"), r"differ in 1 problems \(such as 'p1'\)"),
    ],
)
def test_arms_on_different_problems_are_not_compared(left, right, message):
    with pytest.raises(DataError, match=message):
        compare(left, right)


def test_an_arm_that_repeats_a_problem_is_refused():
    arm = make_arm("+")
    with pytest.raises(DataError, match="2 items for 1 problems"):
        compare(type(arm)("twice", "m", "f", "s", arm.items * 2), arm)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_a_winner_always_has_the_test_and_the_interval_behind_it(marks):
    left = make_arm("".join("-+"[one] for one, _ in marks), "a")
    right = make_arm("".join("-+"[two] for _, two in marks), "b")
    verdict = compare(left, right)
    assert verdict.left_accuracy - verdict.right_accuracy == pytest.approx(verdict.difference.value)
    if verdict.winner is not None:
        assert verdict.p_value <= 0.05
        assert 0.0 not in verdict.difference.interval
        assert (verdict.difference.value > 0) == (verdict.winner == "a")
