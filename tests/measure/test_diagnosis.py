from dataclasses import replace
from random import Random

import numpy as np
import pytest

from tests.measure.arms import make_arm
from underdog.errors import DataError
from underdog.measure.diagnosis import diagnose
from underdog.measure.melding import closed_ends
from underdog.seeds import derive

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


def test_without_a_gap_no_rule_could_have_helped_and_the_rest_is_said():
    found = run(ONE, coverage=ONE)
    assert found.closed is None
    assert "so no choosing rule could have helped on them" in found.sentence()
    assert found.sentence().endswith("a gap of up to 3.6% of all problems is not ruled out.")


@pytest.mark.parametrize(
    ("one", "selected", "coverage"),
    [
        ("+++++---", "++++++--", "++++++--"),
        ("+++++---", "+++++---", "++++++--"),
        ("----", "++--", "+++-"),
        ("+", "+", "+"),
        ("-", "+", "+"),
        ("++++----", "--++++--", "++++++--"),
    ],
)
def test_few_problems_tell_nothing_rather_than_everything(one, selected, coverage):
    found = run(selected, one, coverage)
    assert found.closed is None
    assert "100% (" not in found.sentence()
    assert "to tell what share of it is closed" in found.sentence() or found.gap.value == 0.0


def test_a_whole_gap_closed_still_has_an_interval():
    ends = run(COVERAGE).closed.interval
    assert ends.low < 0.95
    assert ends.high == pytest.approx(1.0)


def test_one_sample_may_be_the_mean_over_the_samples_of_a_problem():
    arm = make_arm("+" * 100, "one")
    items = tuple(replace(item, score=0.4) for item in arm.items)
    coverage = make_arm("+" * 90 + "-" * 10, "pass@16", oracle_bound=True)
    selected = make_arm("+" * 60 + "-" * 40, "maj@16")
    found = diagnose(replace(arm, items=items), selected, coverage)
    assert found.one_sample.value == pytest.approx(0.4)
    assert found.closed.value == pytest.approx((60 * 0.6 - 40 * 0.4) / (90 * 0.6))
    assert found.closed.value in found.closed.interval


def test_clusters_widen_it():
    groups = [f"t{place // 10}" for place in range(100)]
    selected = "+" * 60 + "-" * 40
    arms = [
        make_arm(marks, name, groups=groups, oracle_bound=name == "pass")
        for marks, name in ((ONE, "one"), (selected, "maj"), (COVERAGE, "pass"))
    ]
    assert diagnose(*arms).closed is None
    assert run(selected).closed is not None


@pytest.mark.slow
@pytest.mark.parametrize("n", [20, 40, 100])
@pytest.mark.parametrize(
    ("gap", "closed", "lost"), [(0.1, 0.5, 0.0), (0.4, 0.6, 0.1), (0.3, 0.0, 0.02)]
)
def test_coverage_of_the_share_closed_holds(n, gap, closed, lost):
    random = np.random.default_rng(derive("closed", n, str((gap, closed, lost))))
    truth, held, tries = closed - lost / gap, 0, 400
    for _ in range(tries):
        gained, missed, less, _ = random.multinomial(
            n, [gap * closed, gap * (1 - closed), lost, 1 - gap - lost]
        ).tolist()
        low, high = closed_ends(gained, missed, less)
        held += low <= truth <= high
    assert held / tries >= 0.93


def test_clusters_that_differ_in_their_gaps_alone_widen_it_little():
    random = Random(0)
    groups = [f"t{place // 10}" for place in range(400)]
    gaps = [1 + 8 * (number % 2) for number in range(40)]
    one = "".join("-" * gap + "+" * (10 - gap) for gap in gaps)
    # of every gap, a rule closes half: by chance, whatever the cluster
    selected = "".join(
        "".join(random.choice("+-") for _ in range(gap)) + "+" * (10 - gap) for gap in gaps
    )
    arms = [
        make_arm(marks, name, groups=groups, oracle_bound=name == "pass")
        for marks, name in ((one, "one"), (selected, "maj"), ("+" * 400, "pass"))
    ]
    wide, narrow = diagnose(*arms).closed.interval, run(selected, one, "+" * 400).closed.interval
    assert 1.0 < (wide.high - wide.low) / (narrow.high - narrow.low) < 2.0


def test_coverage_must_be_declared_an_oracle_bound():
    with pytest.raises(DataError, match="not marked as an oracle bound"):
        diagnose(make_arm("+"), make_arm("+"), make_arm("+"))
