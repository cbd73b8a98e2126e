import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from underdog.errors import UsageError
from underdog.measure.paired import holm, mcnemar, paired_difference, permutation_test
from underdog.seeds import derive


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_equals_the_two_sided_binomial_test(left_only, right_only):
    n = left_only + right_only
    reference = stats.binomtest(left_only, n).pvalue if n else 1.0
    assert mcnemar(left_only, right_only) == pytest.approx(reference, rel=1e-9)


@given(st.integers(0, 100), st.integers(0, 100))
def test_mcnemar_does_not_care_which_side_is_left(left_only, right_only):
    assert mcnemar(left_only, right_only) == mcnemar(right_only, left_only)


def test_mid_p_counts_the_observed_outcome_half():
    assert mcnemar(1, 9) == (2 * (1 + 10)) / 1024
    assert mcnemar(1, 9, mid_p=True) == (2 * (1 + 10) - 10) / 1024
    assert mcnemar(0, 0, mid_p=True) == 1.0


def test_mcnemar_refuses_negative_counts():
    with pytest.raises(UsageError, match="negative"):
        mcnemar(-1, 3)


def test_permutation_test_of_few_units_lists_all_patterns():
    assert permutation_test([1, 1, 1, 1, -1], seed=0) == 12 / 32
    assert permutation_test([0.5, -0.25, 1.0], seed=0) == 4 / 8


@given(st.integers(0, 7), st.integers(0, 7))
def test_permutation_test_of_marks_is_exact_mcnemar(left_only, right_only):
    differences = [1.0] * left_only + [-1.0] * right_only + [0.0] * 5
    assert permutation_test(differences, seed=0) == pytest.approx(mcnemar(left_only, right_only))


def test_permutation_test_of_many_units_agrees_with_the_exact_one():
    differences = [1.0] * 30 + [-1.0] * 15
    assert permutation_test(differences, seed=1) == pytest.approx(mcnemar(30, 15), abs=0.006)


def test_permutation_test_is_never_zero():
    assert permutation_test([1.0] * 400, seed=0, resamples=99) == 1 / 100


def test_no_differences_at_all_give_no_evidence():
    assert permutation_test([0.0, 0.0], seed=0) == 1.0


def test_clusters_change_sign_together():
    differences = [1.0] * 40
    groups = ["a"] * 20 + ["b"] * 20
    assert permutation_test(differences, seed=0, groups=groups) == 0.5


@pytest.mark.parametrize(
    ("differences", "groups", "message"),
    [([], None, "no paired differences"), ([1.0], ["a", "b"], "2 groups for 1")],
)
def test_permutation_test_refuses_bad_input(differences, groups, message):
    with pytest.raises(UsageError, match=message):
        permutation_test(differences, seed=0, groups=groups)


def test_false_positive_rates_are_near_5_percent():
    simulations, n, discordance = 10_000, 600, 0.3
    random = np.random.default_rng(derive("false positives"))
    discordant = random.binomial(n, discordance, size=simulations)
    left = random.binomial(discordant, 0.5)
    pairs = list(zip(left.tolist(), (discordant - left).tolist(), strict=True))
    mid = np.mean([mcnemar(*pair, mid_p=True) <= 0.05 for pair in pairs])
    exact = np.mean([mcnemar(*pair) <= 0.05 for pair in pairs])
    assert 0.04 <= mid <= 0.06
    assert 0.03 <= exact <= 0.05


def test_permutation_false_positive_rate_is_near_5_percent_with_clusters():
    simulations, clusters, size = 1500, 40, 5
    random = np.random.default_rng(derive("clustered false positives"))
    groups = [f"t{cluster}" for cluster in range(clusters) for _ in range(size)]
    rejected = {"clustered": 0, "plain": 0}
    for place in range(simulations):
        shared = random.normal(size=clusters).repeat(size)
        differences = (shared + random.normal(size=clusters * size)).tolist()
        for kind, chosen in (("clustered", groups), ("plain", None)):
            p_value = permutation_test(differences, seed=place, groups=chosen, resamples=199)
            rejected[kind] += p_value <= 0.05
    assert 0.04 <= rejected["clustered"] / simulations <= 0.06
    assert rejected["plain"] / simulations > 0.15


def test_paired_difference_is_left_minus_right_and_narrower_than_unpaired():
    random = np.random.default_rng(5)
    left = (random.random(300) < 0.5).astype(float)
    right = left.copy()
    right[:20] = 1.0 - right[:20]
    estimate = paired_difference(left.tolist(), right.tolist(), seed=0)
    assert estimate.value == pytest.approx(left.mean() - right.mean())
    assert estimate.interval.high - estimate.interval.low < 0.08


def test_paired_difference_needs_equal_lengths():
    with pytest.raises(UsageError, match="pair them"):
        paired_difference([1.0], [1.0, 0.0], seed=0)


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_is_ordered_and_between_raw_and_bonferroni(p_values):
    adjusted = holm(p_values)
    for raw, fixed in zip(p_values, adjusted, strict=True):
        assert raw <= fixed <= max(raw, min(1.0, raw * len(p_values)))
    by_raw = sorted(zip(p_values, adjusted, strict=True))
    assert [fixed for _, fixed in by_raw] == sorted(adjusted)
