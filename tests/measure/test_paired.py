import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from underdog.errors import UsageError
from underdog.measure.melding import difference_low, one_sided
from underdog.measure.paired import mcnemar, paired_difference
from underdog.seeds import derive

SETTINGS = [
    (0.01, 0.0),
    (0.02, 0.01),
    (0.05, 0.01),
    (0.05, 0.05),
    (0.2, 0.1),
    (0.3, 0.3),
    (0.6, 0.1),
]


def marks_of(left_only, right_only, n):
    both = n - left_only - right_only
    left = [1.0] * left_only + [0.0] * right_only + [1.0] * both
    right = [0.0] * left_only + [1.0] * right_only + [1.0] * both
    return left, right


def chance_of_tables(n, left_share, right_share):
    """Probability of each (left only, right only), shape (n + 1, n + 1)."""
    left, right = np.arange(n + 1)[:, None], np.arange(n + 1)[None]
    rest = n - left - right
    logs = special.gammaln([n + 1]) - special.gammaln(left + 1) - special.gammaln(right + 1)
    logs = logs - special.gammaln(np.maximum(rest, 0) + 1) + special.xlogy(left, left_share)
    logs = logs + special.xlogy(right, right_share)
    logs = logs + special.xlogy(np.maximum(rest, 0), 1 - left_share - right_share)
    return np.where(rest >= 0, np.exp(logs), 0.0)


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_equals_the_two_sided_binomial_test(left_only, right_only):
    n = left_only + right_only
    reference = stats.binomtest(left_only, n).pvalue if n else 1.0
    assert mcnemar(left_only, right_only) == pytest.approx(reference, rel=1e-9)
    assert mcnemar(left_only, right_only) == mcnemar(right_only, left_only)


def test_mcnemar_refuses_negative_counts():
    with pytest.raises(UsageError, match="negative"):
        mcnemar(-1, 3)


@pytest.mark.parametrize("n", [1, 5, 8, 20, 40])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.995])
def test_test_and_interval_never_contradict_each_other(n, level):
    for left_only in range(n + 1):
        for right_only in range(n + 1 - left_only):
            low = difference_low(left_only, right_only, n, (1 - level) / 2)
            if left_only > right_only:
                assert (low > 0) == (mcnemar(left_only, right_only) <= 1 - level)
            else:
                assert low <= 0
            assert low <= (left_only - right_only) / n + 1e-9


@pytest.mark.parametrize("n", [8, 20, 40])
def test_the_interval_holds_its_level_also_for_rare_differences(n):
    low = np.full((n + 1, n + 1), -1.0)
    for left_only in range(n + 1):
        for right_only in range(n + 1 - left_only):
            low[left_only, right_only] = difference_low(left_only, right_only, n, 0.025)
    for left_share, right_share in SETTINGS:
        held = (low <= left_share - right_share) & (left_share - right_share <= -low.T)
        assert (chance_of_tables(n, left_share, right_share) * held).sum() >= 0.95


@pytest.mark.parametrize("n", [8, 20, 40, 100, 300])
@pytest.mark.parametrize("discordance", [0.02, 0.1, 0.5, 1.0])
def test_equal_arms_are_told_apart_in_at_most_5_percent(n, discordance):
    wrong = 0.0
    for differing, mass in enumerate(stats.binom.pmf(range(n + 1), n, discordance)):
        count = np.arange(differing + 1)
        p_values = np.array([mcnemar(int(one), int(differing - one)) for one in count])
        wrong += mass * (stats.binom.pmf(count, differing, 0.5) * (p_values <= 0.05)).sum()
    assert wrong <= 0.05


@pytest.mark.parametrize(
    ("left_only", "right_only", "n"), [(0, 0, 8), (0, 0, 1), (1, 0, 1), (8, 0, 8), (4, 0, 40)]
)
def test_no_interval_is_a_point(left_only, right_only, n):
    found = paired_difference(*marks_of(left_only, right_only, n))
    ends = found.difference.interval
    assert ends.high - ends.low > 1 / n
    assert found.difference.value in ends
    assert (found.p_value <= 0.05) == (0.0 not in ends)
    assert found.worth == n


def test_it_is_left_minus_right_and_mirrors():
    one = paired_difference(*marks_of(12, 3, 60))
    other = paired_difference(*marks_of(3, 12, 60))
    assert one.difference.value == pytest.approx(0.15)
    assert one.difference.interval.low == -other.difference.interval.high
    assert one.p_value == other.p_value == mcnemar(12, 3)


def test_clusters_that_agree_within_are_no_better_than_one_problem_each():
    left, right = marks_of(100, 0, 200)
    alone = paired_difference(left, right)
    groups = [f"t{place // 20}" for place in range(200)]
    clustered = paired_difference(left, right, groups=groups)
    assert alone.p_value < 1e-20
    assert clustered.p_value > 0.05
    assert 0.0 in clustered.difference.interval
    assert clustered.worth < 10


def test_one_of_equal_clusters_gives_no_evidence():
    left, right = marks_of(0, 0, 60)
    found = paired_difference(left, right, groups=[f"t{place // 10}" for place in range(60)])
    assert found.p_value == 1.0
    assert found.difference.interval.high == pytest.approx(
        paired_difference(*marks_of(0, 0, 6)).difference.interval.high
    )


@given(st.integers(5, 12), st.integers(0, 2**30), st.sampled_from([0.9, 0.95, 0.99]))
def test_clustered_test_and_interval_agree_too(clusters, seed, level):
    random = np.random.default_rng(seed)
    size = int(random.integers(2, 8))
    leaning = random.random(clusters).repeat(size)
    left = (random.random(clusters * size) < leaning).astype(float).tolist()
    right = (random.random(clusters * size) < random.random() ** 2).astype(float).tolist()
    groups = [f"t{place // size}" for place in range(clusters * size)]
    found = paired_difference(left, right, groups=groups, level=level)
    assert (found.p_value <= 1 - level) == (0.0 not in found.difference.interval)


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [5, 12, 19, 40])
def test_clustered_comparisons_hold_their_level_and_rarely_tell_equal_arms_apart(clusters):
    simulations, size = 150, 20
    random = np.random.default_rng(derive("clustered comparisons", clusters))
    groups = [f"t{place // size}" for place in range(clusters * size)]
    held = wrong = plain = 0
    for _ in range(simulations):
        left, right = (
            (random.random(len(groups)) < random.beta(0.5, 0.5, clusters).repeat(size)).astype(
                float
            )
            for _ in range(2)
        )
        found = paired_difference(left.tolist(), right.tolist(), groups=groups)
        held += 0.0 in found.difference.interval
        wrong += found.p_value <= 0.05
        alone = paired_difference(left.tolist(), right.tolist())
        plain += alone.p_value <= 0.05
    assert held / simulations >= 0.93
    assert wrong / simulations <= 0.07
    assert plain / simulations > 0.2


@pytest.mark.parametrize(
    ("left", "right", "message"),
    [([1.0], [1.0, 0.0], "pair them"), ([], [], "one or more"), ([0.5], [1.0], "neither 0 nor 1")],
)
def test_bad_marks_are_refused(left, right, message):
    with pytest.raises(UsageError, match=message):
        paired_difference(left, right)


def test_one_sided_is_half_of_two_sided():
    assert 2 * one_sided(9, 1) == mcnemar(1, 9) == 0.021484375
