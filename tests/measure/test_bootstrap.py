import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from underdog.errors import UsageError
from underdog.measure.bootstrap import bootstrap, bootstrap_mean, clusters_of
from underdog.seeds import derive


def skewed(n, *name):
    return np.random.default_rng(derive("skewed", *name)).exponential(size=n).tolist()


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_interval_equals_scipys_up_to_resampling_noise(method):
    values = skewed(80)
    ours = bootstrap_mean(values, seed=1, resamples=40_000, method=method).interval
    theirs = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=40_000,
        method={"bca": "BCa", "percentile": "percentile"}[method],
        random_state=np.random.default_rng(2),
    ).confidence_interval
    assert ours.method == method
    assert ours.low == pytest.approx(theirs.low, abs=0.01)
    assert ours.high == pytest.approx(theirs.high, abs=0.01)


def test_equal_seeds_give_equal_intervals_and_others_do_not():
    values = skewed(50)
    first, again, other = (bootstrap_mean(values, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_chunks_do_not_change_the_result(monkeypatch):
    values = skewed(40)
    whole = bootstrap_mean(values, seed=3, resamples=300)
    monkeypatch.setattr("underdog.measure.bootstrap._CELLS_PER_CHUNK", 100)
    pieces = bootstrap_mean(values, seed=3, resamples=300)
    assert pieces.interval.low == pytest.approx(whole.interval.low)
    assert pieces.interval.high == pytest.approx(whole.interval.high)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=40))
def test_interval_stays_within_the_data_and_value_is_the_mean(values):
    estimate = bootstrap_mean(values, seed=0, resamples=200)
    assert estimate.value == pytest.approx(sum(values) / len(values))
    assert min(values) - 1e-9 <= estimate.interval.low <= estimate.interval.high
    assert estimate.interval.high <= max(values) + 1e-9


def test_values_without_variation_give_a_degenerate_interval():
    interval = bootstrap_mean([1, 1, 1], seed=0).interval
    assert (interval.low, interval.high, interval.method) == (1.0, 1.0, "degenerate")


def test_clusters_that_agree_within_widen_the_interval():
    values = [float(cluster % 2) for cluster in range(40) for _ in range(10)]
    groups = [f"g{cluster}" for cluster in range(40) for _ in range(10)]
    alone = bootstrap_mean(values, seed=0).interval
    clustered = bootstrap_mean(values, seed=0, groups=groups).interval
    assert clustered.high - clustered.low > 2.5 * (alone.high - alone.low)


def test_clusters_of_one_item_change_nothing():
    values = skewed(30)
    groups = [str(place) for place in range(30)]
    assert bootstrap_mean(values, seed=0, groups=groups) == bootstrap_mean(values, seed=0)


def test_ratio_without_a_denominator_is_infinite():
    estimate = bootstrap([[5.0, 5.0], [0.0, 0.0]], seed=0)
    assert estimate.value == math.inf
    assert estimate.interval.low == estimate.interval.high == math.inf


def test_ratio_with_one_right_answer_has_no_finite_upper_end():
    estimate = bootstrap([[5.0] * 10, [1.0] + [0.0] * 9], seed=0)
    assert estimate.value == 50.0
    assert estimate.interval.high == math.inf
    assert estimate.interval.method == "percentile"


def test_bca_gives_way_where_all_resamples_lie_on_one_side():
    estimate = bootstrap(
        [[1.0, 2.0, 3.0]], lambda sums: -np.abs(sums[:, 0] - 6.0), seed=0, resamples=3
    )
    assert estimate.value == 0.0
    assert estimate.interval.method in ("percentile", "degenerate")


def test_bca_gives_way_where_leaving_one_out_changes_nothing():
    def step(sums):
        return np.floor(sums[:, 0] / 4.0 + 0.5)

    estimate = bootstrap([[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]], step, seed=0)
    assert estimate.interval.method == "percentile"


@pytest.mark.slow
def test_coverage_of_95_percent_intervals_is_between_94_and_96_percent():
    truth, simulations, n = 0.6, 3000, 250
    marks = np.random.default_rng(derive("coverage")).random((simulations, n)) < truth
    covered = sum(
        truth
        in bootstrap_mean(row.tolist(), seed=derive("coverage", place), resamples=600).interval
        for place, row in enumerate(marks.astype(float))
    )
    assert 0.94 <= covered / simulations <= 0.96


@pytest.mark.slow
def test_clustered_coverage_is_right_where_the_plain_interval_is_far_too_narrow():
    simulations, clusters, size = 1500, 100, 5
    random = np.random.default_rng(derive("clustered coverage"))
    groups = [f"t{cluster}" for cluster in range(clusters) for _ in range(size)]
    covered = {"clustered": 0, "plain": 0}
    for place in range(simulations):
        shares = random.beta(1.0, 1.0, size=clusters).repeat(size)
        marks = (random.random(clusters * size) < shares).astype(float).tolist()
        for kind, given_groups in (("clustered", groups), ("plain", None)):
            seed = derive("clustered coverage", kind, place)
            found = bootstrap_mean(marks, seed=seed, groups=given_groups, resamples=600)
            covered[kind] += 0.5 in found.interval
    assert 0.935 <= covered["clustered"] / simulations <= 0.96
    assert covered["plain"] / simulations < 0.90


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ([], {}, "one positive length"),
        ([[], []], {}, "one positive length"),
        ([[1.0], [1.0, 2.0]], {}, "one positive length"),
        ([[1.0, 2.0]], {"groups": ["a"]}, "1 groups for 2 items"),
        ([[1.0], [1.0]], {"resamples": 0}, "resamples=0"),
        ([[1.0], [1.0]], {"level": 1.5}, "confidence level"),
    ],
)
def test_bad_input_is_refused(columns, options, message):
    with pytest.raises(UsageError, match=message):
        bootstrap(columns, seed=0, **options)


def test_groups_serve_as_clusters_only_when_many_shared_and_complete():
    many = [f"t{place // 2}" for place in range(60)]
    assert clusters_of(many) == many
    assert clusters_of(["", *many]) is None
    assert clusters_of(["easy", "hard"] * 30) is None
    assert clusters_of([str(place) for place in range(60)]) is None
    assert clusters_of([]) is None


def test_differences_too_small_to_square_still_have_an_interval():
    estimate = bootstrap_mean([0.0, 4.6e-125], seed=1)
    assert 0.0 <= estimate.interval.low <= estimate.value <= estimate.interval.high <= 4.6e-125
