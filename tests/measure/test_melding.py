import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from underdog.measure.beta import beta
from underdog.measure.melding import closed_ends, difference_low, one_sided
from underdog.seeds import derive


def low_by_simulation(left_only, right_only, n, random, draws=200_000):
    """Fay and Lumbard's definition, drawn instead of summed."""

    def drawn(a, b):
        return random.beta(a, b, draws) if a and b else np.full(draws, float(b == 0))

    discordant = left_only + right_only
    leaning = 2 * drawn(left_only, right_only + 1) - 1
    fewest, most = drawn(discordant, n - discordant + 1), drawn(discordant + 1, n - discordant)
    return np.quantile(leaning * np.where(leaning > 0, fewest, most), 0.025)


@pytest.mark.parametrize(
    ("left_only", "right_only", "n"),
    [(0, 0, 8), (8, 0, 8), (0, 8, 8), (4, 0, 40), (3, 1, 20), (10, 22, 100), (200, 100, 300)],
)
def test_the_sum_over_the_grid_is_what_drawing_gives(left_only, right_only, n):
    random = np.random.default_rng(derive("melded", left_only, right_only, n))
    expected = low_by_simulation(left_only, right_only, n, random)
    found = difference_low(left_only, right_only, n, 0.025)
    assert found == pytest.approx(expected, abs=4e-3)


def test_all_against_nothing_reaches_the_very_end():
    assert -difference_low(0, 8, 8, 0.025) == 1.0


@given(st.integers(0, 200), st.integers(0, 200))
def test_whole_and_broken_counts_have_one_p_value(left_only, right_only):
    exact = stats.binom.sf(left_only - 1, left_only + right_only, 0.5)
    assert one_sided(left_only, right_only) == pytest.approx(exact, rel=1e-9)
    near = one_sided(left_only + 1e-9, right_only)
    assert near == pytest.approx(exact, abs=2e-5)


@given(st.floats(0, 50), st.floats(0.1, 50), st.floats(0, 50))
def test_the_share_closed_lies_between_its_ends(gained, missed, lost):
    low, high = closed_ends(gained, missed, lost)
    value = (gained - lost) / (gained + missed)
    assert low - 1e-3 <= value <= high + 1e-3
    assert high <= 1.0


def test_without_losses_it_is_wider_than_the_share_of_the_gap_alone():
    low, high = closed_ends(20, 20, 0)
    assert low < special.betaincinv(20, 21, 0.025)
    assert high == pytest.approx(special.betaincinv(21, 20, 0.975), abs=1e-3)


def test_more_lost_than_gained_is_below_nothing_and_may_be_far_below():
    low, high = closed_ends(0, 8, 20)
    assert low < -2.0
    assert high < 0.0


@pytest.mark.parametrize(("left", "right"), [(3.0, 2.5), (3.5, 2.0), (0.5, 4.0), (8.0, 0.25)])
def test_counts_of_which_one_is_not_whole_lie_between_whole_ones(left: float, right: float) -> None:
    exact = beta(left, right + 1.0).at_most(np.array(0.5))
    assert one_sided(left, right) == pytest.approx(float(exact))
    sides = [
        one_sided(left_end, right_end)
        for left_end in (np.floor(left), np.ceil(left))
        for right_end in (np.floor(right), np.ceil(right))
    ]
    assert min(sides) < one_sided(left, right) < max(sides)
