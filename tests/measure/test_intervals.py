import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from underdog.errors import UsageError
from underdog.measure.intervals import Interval, two_sided_z, wilson


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_equals_scipy(case):
    successes, n = case
    reference = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    interval = wilson(successes, n)
    assert interval.low == pytest.approx(reference.low, abs=1e-12)
    assert interval.high == pytest.approx(reference.high, abs=1e-12)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_mirrors(case):
    successes, n = case
    interval, mirrored = wilson(successes, n), wilson(n - successes, n)
    assert 0.0 <= interval.low <= successes / n <= interval.high <= 1.0
    assert successes / n in interval
    assert interval.low == pytest.approx(1 - mirrored.high)


def test_wilson_of_nothing_is_everything():
    assert wilson(0, 0) == Interval(0.0, 1.0, 0.95, "wilson")


def test_wilson_narrows_with_n_and_widens_with_level():
    narrow, wide = wilson(50, 100), wilson(5, 10)
    assert narrow.high - narrow.low < wide.high - wide.low
    sure = wilson(50, 100, level=0.99)
    assert sure.low < narrow.low
    assert sure.high > narrow.high


def test_wilson_coverage_is_between_94_and_96_percent_averaged_over_shares():
    n = 200
    shares = [0.02 + 0.96 * place / 400 for place in range(401)]
    intervals = [wilson(count, n) for count in range(n + 1)]
    covered = [
        sum(
            mass
            for mass, interval in zip(
                stats.binom.pmf(range(n + 1), n, share), intervals, strict=True
            )
            if share in interval
        )
        for share in shares
    ]
    assert 0.94 <= sum(covered) / len(covered) <= 0.96


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_wilson_refuses_impossible_counts(successes, n):
    with pytest.raises(UsageError, match="successes"):
        wilson(successes, n)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_levels_outside_0_and_1_are_refused(level):
    with pytest.raises(UsageError, match="confidence level"):
        two_sided_z(level)
