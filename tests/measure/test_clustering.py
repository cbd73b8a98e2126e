import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.errors import UsageError
from underdog.measure.clustering import (
    cluster_sums,
    clusters_of,
    share_of,
    too_few_clusters,
    worth,
)
from underdog.measure.intervals import exact_interval
from underdog.seeds import derive


def names(clusters, size):
    return [f"t{cluster}" for cluster in range(clusters) for _ in range(size)]


def worth_of(marks, groups):
    data = np.asarray(marks, dtype=float)
    return worth(data - data.mean(), data, groups)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_independent_marks_get_the_exact_interval(marks):
    found = share_of([float(mark) for mark in marks])
    assert found.value == pytest.approx(sum(marks) / len(marks))
    assert found.interval == exact_interval(float(sum(marks)), float(len(marks)))


def test_clusters_that_agree_within_are_worth_at_most_one_problem_each():
    marks = [float(cluster % 2) for cluster in range(40) for _ in range(10)]
    assert 30 < worth_of(marks, names(40, 10)) * 400 <= 40
    wide = share_of(marks, names(40, 10)).interval
    assert wide.low < exact_interval(20, 40).low
    assert wide.high > exact_interval(20, 40).high


def test_clusters_that_do_not_matter_cost_little():
    marks = (np.random.default_rng(3).random(400) < 0.5).astype(float)
    assert 0.6 < worth_of(marks, names(100, 4)) <= 1.0


@pytest.mark.parametrize("marks", [[0.0] * 60, [1.0] * 60, [1.0] * 20 + [0.0] * 40])
def test_where_likeness_cannot_be_seen_a_cluster_counts_once(marks):
    assert worth_of(marks, names(6, 10)) * 60 <= 6.0


def test_few_clusters_say_less_than_many():
    few = [1.0, 1.0, 0.0] * 20
    assert worth_of(few, names(5, 12)) < worth_of(few, names(20, 3))


def test_every_group_is_a_cluster_from_five_on_and_a_problem_without_one_is_its_own():
    many = names(30, 2)
    assert clusters_of(many) == many
    assert len(set(clusters_of(["", "", *many]))) == 32
    assert clusters_of(["easy", "hard"] * 30) is None
    assert clusters_of([str(place) for place in range(60)]) is None
    assert clusters_of([]) is None
    assert clusters_of(names(5, 2)) is not None
    assert clusters_of(["", "", "", ""]) is None


@pytest.mark.parametrize(
    ("groups", "few"),
    [(["a", "b"] * 5, 2), (names(4, 3), 4), (names(5, 3), 0), ([""] * 8, 0), (["a"] * 8, 0)],
)
def test_groups_too_few_to_serve_as_clusters_are_counted(groups, few):
    assert too_few_clusters(groups) == few


def test_sums_keep_the_order_and_need_a_group_each():
    assert cluster_sums([1.0, 2.0, 4.0], ["b", "a", "b"]).tolist() == [5.0, 2.0]
    assert cluster_sums([1.0, 2.0], None).tolist() == [1.0, 2.0]
    with pytest.raises(UsageError, match="1 groups for 2 problems"):
        cluster_sums([1.0, 2.0], ["a"])


def test_no_marks_have_no_mean():
    with pytest.raises(UsageError, match="no marks"):
        share_of([])


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [5, 8, 19, 40])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("even", [True, False])
def test_coverage_holds_with_few_and_strongly_alike_clusters(clusters, share, even):
    simulations, likeness = 500, 0.6
    random = np.random.default_rng(derive("few clusters", clusters, str(share), str(even)))
    sizes = [20] * clusters if even else np.geomspace(3, 60, clusters).astype(int)
    groups = [f"t{place}" for place, size in enumerate(sizes) for _ in range(size)]
    spread = 1 / likeness - 1
    held = plain = 0
    for _ in range(simulations):
        levels = random.beta(share * spread, (1 - share) * spread, clusters).repeat(sizes)
        marks = (random.random(len(groups)) < levels).astype(float).tolist()
        held += share in share_of(marks, groups).interval
        plain += share in share_of(marks).interval
    assert held / simulations >= 0.93
    assert plain / simulations < 0.8
