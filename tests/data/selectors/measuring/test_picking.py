from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from underdog.data.selectors.measuring.clusters import cluster
from underdog.data.selectors.measuring.picking import balanced, facility, k_center, top, top_of_each


@given(st.lists(st.floats(-5, 5)), st.integers(0, 20))
def test_top_takes_the_highest(scores, count):
    picked = top(scores, count)
    assert len(picked) == min(count, len(scores))
    rest = [score for place, score in enumerate(scores) if place not in picked]
    assert not rest or not picked or min(scores[place] for place in picked) >= max(rest)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.data())
def test_balanced_draws_as_many_as_asked_for_each_once(clusters, data):
    count = data.draw(st.integers(0, len(clusters)))
    picked = balanced(clusters, count, Random(1))
    assert len(picked) == len(set(picked)) == count


def test_balanced_gives_large_clusters_equal_parts():
    clusters = [0] * 1000 + [1] * 100 + [2] * 10
    picked = balanced(clusters, 90, Random(0))
    assert [sum(clusters[place] == kind for place in picked) for kind in range(3)] == [40, 40, 10]


def test_balanced_leaves_tiny_clusters_to_the_end():
    clusters = [0] * 50 + [1] * 50 + [2, 3, 3]
    assert all(place < 100 for place in balanced(clusters, 60, Random(0)))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=50), st.data())
def test_every_group_gives_its_share(groups, data):
    count = data.draw(st.integers(0, len(groups)))
    picked = top_of_each([0.0] * len(groups), groups, count)
    assert len(set(picked)) == count
    for group in set(groups):
        due = count * groups.count(group) / len(groups)
        assert abs(sum(groups[place] == group for place in picked) - due) <= 1


def test_k_center_takes_the_corners_first_and_reports_shrinking_gaps():
    line = np.array([[0.0], [0.1], [5.0], [10.0]], dtype=np.float32)
    picked, gaps = k_center(line, 4, first=0)
    assert picked[:3] == [0, 3, 2]
    assert gaps[0] == np.inf
    assert gaps[1:] == sorted(gaps[1:], reverse=True)


def test_facility_location_takes_the_middle_of_the_largest_group_first():
    angles = np.array([0.0, 0.1, 0.2, 1.8])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    picked, gains = facility(rows, rows, 2)
    assert picked == [1, 3]
    assert gains[0] > gains[1] > 0


def test_lazy_facility_location_equals_trying_every_gain():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 5)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    near = np.maximum(rows @ rows.T, 0)
    covered = np.zeros(60)
    expected = []
    for _ in range(12):
        gains = np.maximum(near - covered, 0).sum(axis=1)
        expected.append(int(gains.argmax()))
        covered = np.maximum(covered, near[expected[-1]])
    assert facility(rows, rows, 12)[0] == expected


def test_k_means_finds_separate_groups_and_copes_with_equal_rows():
    rows = np.repeat(np.array([[0, 0], [9, 9]], dtype=np.float32), 20, axis=0)
    label = cluster(rows, 7, seed=1)
    assert len(set(label[:20])) == len(set(label[20:])) == 1
    assert label[0] != label[-1]
