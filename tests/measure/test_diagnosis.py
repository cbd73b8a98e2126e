import pytest

from tests.measure.arms import make_arm
from underdog.errors import DataError
from underdog.measure.diagnosis import diagnose

ONE = "+" * 40 + "-" * 60
COVERAGE = "+" * 80 + "-" * 20


def run(selected, one=ONE, coverage=COVERAGE, **options):
    return diagnose(
        make_arm(one, "one"),
        make_arm(selected, "maj@16"),
        make_arm(coverage, "pass@16", oracle_bound=True),
        **options,
    )


def test_a_rule_that_closes_half_of_the_gap():
    found = run("+" * 60 + "-" * 40)
    assert found.closed.value == 0.5
    assert 0.3 < found.closed.interval.low < 0.5 < found.closed.interval.high < 0.7
    assert (found.one_sample.value, found.selected.value, found.coverage.value) == (0.4, 0.6, 0.8)
    assert found.sentence().startswith("maj@16 closes 50% (95% interval ")
    assert "coverage (80.0%, oracle bound)" in found.sentence()


def test_a_perfect_rule_closes_all_of_it_and_a_bad_one_less_than_nothing():
    assert run(COVERAGE).closed.value == 1.0
    assert run("+" * 20 + "-" * 80).closed.value == -0.5


def test_without_a_gap_no_rule_can_help():
    found = run(ONE, coverage=ONE)
    assert found.closed is None
    assert found.sentence().endswith("so no choosing rule can help.")


def test_coverage_must_be_declared_an_oracle_bound():
    with pytest.raises(DataError, match="not marked as an oracle bound"):
        diagnose(make_arm("+"), make_arm("+"), make_arm("+"))
