import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from underdog.errors import UsageError
from underdog.measure.paired import mcnemar
from underdog.measure.power import problems_needed


def power_of_the_exact_test(n, difference, discordance, level):
    shown = 0.0
    for differing, mass in enumerate(stats.binom.pmf(range(n + 1), n, discordance)):
        ours = np.arange(differing // 2 + 1, differing + 1)
        found = np.array([mcnemar(int(one), int(differing - one)) for one in ours]) <= 1 - level
        chance = stats.binom.pmf(ours, differing, (1 + difference / discordance) / 2)
        shown += mass * (chance * found).sum()
    return shown


@pytest.mark.parametrize(
    ("difference", "discordance", "level"),
    [(0.1, 0.1, 0.95), (0.2, 0.3, 0.95), (0.5, 0.5, 0.95), (0.3, 0.9, 0.99), (0.1, 0.25, 0.95)],
)
def test_it_is_the_fewest_problems_with_which_the_exact_test_has_the_power(
    difference, discordance, level
):
    needed = problems_needed(difference, discordance, level=level)
    assert power_of_the_exact_test(needed, difference, discordance, level) >= 0.8
    assert power_of_the_exact_test(needed - 1, difference, discordance, level) < 0.8


def test_one_against_nothing_needs_as_many_as_the_test_needs():
    assert problems_needed(1.0, 1.0) == problems_needed(-1.0, 1.0) == 6


def test_formula_and_sum_meet():
    assert problems_needed(0.02, 0.4) == pytest.approx(problems_needed(0.02, 0.1) * 4, rel=0.05)


@settings(max_examples=8)
@given(st.floats(0.05, 0.2), st.floats(0.2, 1.0))
def test_smaller_differences_and_more_power_need_more(difference, discordance):
    needed = problems_needed(difference, discordance)
    assert problems_needed(difference / 2, discordance) > needed
    assert problems_needed(difference, discordance, power=0.95) >= needed


@pytest.mark.parametrize(
    ("difference", "discordance", "power"),
    [(0.0, 0.1, 0.8), (0.2, 0.1, 0.8), (0.1, 1.1, 0.8), (0.1, 0.2, 1.0)],
)
def test_impossible_plans_are_refused(difference, discordance, power):
    with pytest.raises(UsageError):
        problems_needed(difference, discordance, power)
