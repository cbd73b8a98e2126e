import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from underdog.errors import UsageError
from underdog.measure.intervals import Interval, check_level, exact_interval, two_sided_z

GRID = [place / 100 for place in range(2, 99)]


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_is_scipys_clopper_pearson(case):
    successes, n = case
    reference = stats.binomtest(successes, n).proportion_ci(0.95, method="exact")
    interval = exact_interval(successes, n)
    assert interval.low == pytest.approx(reference.low, abs=2e-5)
    assert interval.high == pytest.approx(reference.high, abs=2e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.floats(0, n), st.just(n))))
def test_it_holds_the_share_and_mirrors_also_for_counts_that_are_not_whole(case):
    successes, n = case
    interval, mirrored = exact_interval(successes, n), exact_interval(n - successes, n)
    assert 0.0 <= interval.low <= successes / n <= interval.high <= 1.0
    assert interval.low == pytest.approx(1 - mirrored.high, abs=1e-4)


@pytest.mark.parametrize("n", [1, 2, 5, 8, 20, 40, 100, 300])
def test_it_holds_its_level_at_every_share(n):
    intervals = [exact_interval(count, n) for count in range(n + 1)]
    for share in GRID:
        masses = stats.binom.pmf(range(n + 1), n, share)
        held = sum(mass for mass, ends in zip(masses, intervals, strict=True) if share in ends)
        assert held >= 0.95


def test_nothing_is_everything_and_neither_none_nor_all_is_a_point():
    assert exact_interval(0, 0) == Interval(0.0, 1.0, 0.95, "exact")
    for n in (1, 8, 300):
        assert exact_interval(0, n).high > 0.9 / n
        assert exact_interval(n, n).low < 1 - 0.9 / n


def test_it_narrows_with_n_and_widens_with_level():
    narrow, wide = exact_interval(50, 100), exact_interval(5, 10)
    assert narrow.high - narrow.low < wide.high - wide.low
    sure = exact_interval(50, 100, level=0.99)
    assert sure.low < narrow.low
    assert sure.high > narrow.high


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_impossible_counts_are_refused(successes, n):
    with pytest.raises(UsageError, match="successes"):
        exact_interval(successes, n)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
@pytest.mark.parametrize("function", [check_level, two_sided_z])
def test_levels_outside_0_and_1_are_refused(level, function):
    with pytest.raises(UsageError, match="confidence level"):
        function(level)
