import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.errors import UsageError
from underdog.measure.power import problems_needed


def test_textbook_case():
    assert problems_needed(0.02, 0.10) == problems_needed(-0.02, 0.10) == 1960


@given(st.floats(0.01, 0.2), st.floats(0.2, 1.0))
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
