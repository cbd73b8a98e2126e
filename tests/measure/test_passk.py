from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.errors import UsageError
from underdog.measure.passk import Vote, maj_at_k, pass_at_k

VOTES = st.builds(
    lambda key: Vote(None if key == "none" else key, key == "a"),
    st.sampled_from(["a", "b", "c", "none"]),
)


def counted_majority(pool, k):
    def one(sample):
        keys = [vote.key for vote in sample if vote.key is not None]
        if not keys:
            return 0.0
        most = max(keys.count(key) for key in keys)
        leaders = {key for key in keys if keys.count(key) == most}
        return ("a" in leaders) / len(leaders)

    samples = list(combinations(pool, k))
    return sum(map(one, samples)) / len(samples)


@given(
    st.integers(1, 10).flatmap(
        lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))
    )
)
def test_pass_at_k_equals_counting_all_subsets(case):
    n, right, k = case
    subsets = list(combinations([True] * right + [False] * (n - right), k))
    assert pass_at_k(n, right, k) == pytest.approx(sum(map(any, subsets)) / len(subsets))


@given(st.lists(VOTES, min_size=1, max_size=9), st.data())
def test_maj_at_k_equals_counting_all_subsets(pool, data):
    k = data.draw(st.integers(1, len(pool)))
    assert maj_at_k(pool, k, seed=0) == pytest.approx(counted_majority(pool, k))


@settings(max_examples=15)
@given(st.lists(VOTES, min_size=2, max_size=12), st.data())
def test_resampling_comes_close_to_the_exact_value(pool, data):
    k = data.draw(st.integers(1, len(pool)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("underdog.measure.passk.EXACT_SPLITS", -1)
        resampled = maj_at_k(pool, k, seed=0)
    assert resampled == pytest.approx(maj_at_k(pool, k, seed=0), abs=0.06)


def test_many_distinct_answers_are_resampled_in_reasonable_time():
    pool = [Vote(f"w{place}", right=False) for place in range(60)] + [Vote("a", right=True)] * 4
    assert 0.0 < maj_at_k(pool, 16, seed=0) < 0.5
    assert maj_at_k(pool, 16, seed=0) == maj_at_k(pool, 16, seed=0)


def test_a_key_that_is_right_only_sometimes_counts_for_its_share():
    assert maj_at_k([Vote("a", right=True), Vote("a", right=False)], 2, seed=0) == 0.5


def test_a_pool_without_answers_is_wrong():
    assert maj_at_k([Vote(None, right=False)] * 3, 2, seed=0) == 0.0


@pytest.mark.parametrize("k", [0, 4])
def test_k_outside_the_pool_is_refused(k):
    with pytest.raises(UsageError, match=f"k={k} with 3 samples"):
        pass_at_k(3, 1, k)
    with pytest.raises(UsageError, match=f"k={k} with 3 samples"):
        maj_at_k([Vote("a", right=True)] * 3, k, seed=0)


def test_impossible_counts_are_refused():
    with pytest.raises(UsageError, match="5 right among 3"):
        pass_at_k(3, 5, 1)
