import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from underdog.errors import UsageError
from underdog.measure.beta import beta, student_t

PARAMETERS = [(1.0, 1.0), (0.02, 3.0), (0.3, 20.0), (6.0, 0.5), (10.0, 31.0), (8000.0, 6000.0)]


@pytest.mark.parametrize(("a", "b"), PARAMETERS)
def test_probabilities_and_quantiles_are_scipys(a, b):
    found = beta(a, b)
    points = np.linspace(0.0, 1.0, 501)
    assert np.abs(found.at_most(points) - special.betainc(a, b, points)).max() < 2e-4
    for share in (0.0005, 0.025, 0.5, 0.975, 0.9995):
        assert found.quantile(share) == pytest.approx(special.betaincinv(a, b, share), abs=2e-4)


@given(st.floats(1, 500), st.floats(1, 500), st.floats(0.001, 0.999))
def test_quantiles_are_right_to_four_digits(a, b, share):
    assert beta(a, b).quantile(share) == pytest.approx(special.betaincinv(a, b, share), abs=5e-5)


def test_cells_add_up_to_one_and_hold_the_mean():
    middles, chance = beta(3.0, 5.0).cells()
    assert chance.sum() == pytest.approx(1.0)
    assert (middles * chance).sum() == pytest.approx(3 / 8, abs=1e-5)


def test_without_one_parameter_all_lies_at_an_end():
    for found, end in ((beta(0.0, 4.0), 0.0), (beta(4.0, 0.0), 1.0)):
        assert found.quantile(0.1) == end
        assert found.at_most(np.array([0.0, 1.0])).tolist() == [1.0 - end, 1.0]
        assert [part.tolist() for part in found.cells()] == [[end], [1.0]]


@pytest.mark.parametrize(("a", "b"), [(0.0, 0.0), (-1.0, 2.0), (2.0, float("nan"))])
def test_impossible_parameters_are_refused(a, b):
    with pytest.raises(UsageError, match="beta distribution"):
        beta(a, b)


@pytest.mark.parametrize("freedom", [1, 2, 4, 18.5, 300])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_student_t_is_scipys(freedom, level):
    expected = stats.t.ppf(0.5 + level / 2, freedom)
    assert student_t(level, freedom) == pytest.approx(expected, rel=1e-3)
