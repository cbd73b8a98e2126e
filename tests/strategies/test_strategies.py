"""Every strategy asks for what it says, stops when it says, and decides with what it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from tests.strategies.playing import QUESTION, play
from underdog.core import Sample, Score
from underdog.errors import ConfigError, UnknownNameError
from underdog.registry import parse_spec
from underdog.strategies import strategies
from underdog.strategies.adaptive import leader_is_mode

ALL = strategies.names()


@pytest.mark.parametrize("name", ALL)
def test_every_strategy_decides_when_the_budget_gives_nothing(name: str) -> None:
    engines: dict = {"big": []}
    assert play(strategies.create(name), [], engines=engines).decision.answer is None


@pytest.mark.parametrize("name", ALL)
def test_every_strategy_answers_with_what_it_has_when_cut_short(name: str) -> None:
    result = play(strategies.create(name), ["4"], lambda one: 1.0, engines={"big": []})
    assert result.decision.answer == "4"


@pytest.mark.parametrize("name", ALL)
def test_a_strategys_name_is_a_spec_for_the_same_strategy(name: str) -> None:
    made = strategies.create(name)
    assert strategies.create(made.name).name == made.name
    assert parse_spec(made.name)[0] == name


@pytest.mark.parametrize("name", ALL)
@given(answers=st.lists(st.sampled_from(["1", "2", None]), max_size=40))
def test_every_strategy_ends_and_answers_from_its_solutions(name, answers) -> None:
    result = play(strategies.create(name), answers, lambda one: 0.5, engines={"big": ["9"]})
    assert result.decision.answer in {None, "9", *answers}
    assert len(result.actions) < 60


def test_greedy_asks_for_one_greedy_solution() -> None:
    result = play(strategies.create("greedy"), ["4"])
    assert result.actions == [Sample(1, greedy=True)]
    assert strategies.create("greedy").name == "greedy"
    assert strategies.create("greedy:engine=big").name == "greedy(engine=big)"


def test_majority_draws_n() -> None:
    result = play(strategies.create("majority:n=5"), ["1", "2", "2", None, "1", "1"])
    assert result.actions == [Sample(5)]
    assert result.decision.answer == "1"


@pytest.mark.parametrize(
    "spec",
    [
        "majority:n=0",
        "adaptive:max_n=2,min_n=3",
        "deepconf:keep=0",
        "weighted:temperature=-1",
        "cross_form:forms=cot",
        "adaptive:level=1",
        "majority:n=many",
        "cascade:threshold=2",
    ],
)
def test_a_senseless_parameter_is_refused(spec: str) -> None:
    with pytest.raises(ConfigError, match=r"must|larger"):
        strategies.create(spec)


def test_a_misspelt_parameter_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean max_n"):
        strategies.create("adaptive:maxn=3")


def test_weighted_majority_lets_a_confident_minority_win() -> None:
    scores = {0: 0.9, 1: 0.2, 2: 0.2}
    strategy = strategies.create("weighted:n=3,verifier=v,temperature=0")
    result = play(strategy, ["1", "2", "2"], lambda one: scores[one.index])
    assert result.actions[1] == Score("v", result.actions[1].solutions)
    assert result.decision.answer == "1"


def test_weighted_majority_at_high_temperature_is_a_majority() -> None:
    scores = {0: 5.0, 1: 1.0, 2: 1.0}
    strategy = strategies.create("weighted:n=3,verifier=v,temperature=100")
    assert play(strategy, ["1", "2", "2"], lambda one: scores[one.index]).decision.answer == "2"


@pytest.mark.parametrize("zero", [-1e6, 1e6, 1e9])
def test_weighted_majority_does_not_hang_on_where_scores_have_their_zero(zero: float) -> None:
    scores = [1.0, 9.0, 2.0, 2.5]
    strategy = strategies.create("weighted:n=4,verifier=v,temperature=0.5")
    result = play(strategy, ["1", "2", "1", "1"], lambda one: zero + scores[one.index])
    plain = play(strategy, ["1", "2", "1", "1"], lambda one: scores[one.index])
    assert result.decision.answer == "2"
    assert 0.9 < plain.decision.confidence < 1.0
    assert result.decision.confidence == pytest.approx(plain.decision.confidence, abs=1e-3)


def test_weighted_majority_without_scores_is_a_majority() -> None:
    strategy = strategies.create("weighted:n=3,verifier=v")
    assert play(strategy, ["1", "2", "2"]).decision.answer == "2"


def test_best_of_n_takes_the_best_solution_that_has_an_answer() -> None:
    scores = {0: 9.0, 1: 1.0, 2: 3.0}
    strategy = strategies.create("best_of_n:n=3,verifier=v")
    result = play(strategy, [None, "1", "2"], lambda one: scores[one.index])
    assert result.decision.answer == "2"
    assert result.decision.confidence == 0.5


@pytest.mark.parametrize(("leader", "second"), [(5, 0), (4, 0), (3, 0), (5, 3), (1, 1), (10, 7)])
def test_the_stopping_rule_is_the_beta_tail(leader: int, second: int) -> None:
    exact = 1 - beta.cdf(0.5, leader + 1, second + 1)
    assert leader_is_mode(leader, second) == pytest.approx(exact, abs=1e-12)


def test_adaptive_voting_stops_at_four_to_nothing() -> None:
    result = play(strategies.create("adaptive:max_n=16,level=0.95"), ["3"] * 16)
    assert result.drawn == 4


@pytest.mark.parametrize("odd", [0, 2, 5])
def test_adaptive_voting_stops_for_a_clear_leader_beside_another_answer(odd: int) -> None:
    replies = ["5" if place == odd else "3" for place in range(16)]
    result = play(strategies.create("adaptive:max_n=16,level=0.95"), replies)
    assert result.decision.answer == "3"
    # six votes lead one with 1 - 9/256 = 96%, five with 94%; four lead none with 97%
    assert result.drawn == (4 if odd > 3 else 7)


def test_adaptive_voting_goes_on_while_answers_differ() -> None:
    result = play(strategies.create("adaptive:max_n=10"), [str(i) for i in range(16)])
    assert result.drawn == 10


def test_adaptive_voting_draws_in_waves() -> None:
    result = play(strategies.create("adaptive:max_n=9,wave=4"), ["1", "2"] * 8)
    assert [action.n for action in result.actions] == [3, 4, 2]


def test_early_stopping_ends_after_a_unanimous_window() -> None:
    result = play(
        strategies.create("early_stopping:max_n=15,window=3"), ["1", "2", "1"] + ["1"] * 9
    )
    assert result.drawn == 6


def test_a_window_without_answers_is_not_unanimous() -> None:
    result = play(strategies.create("early_stopping:max_n=6,window=3"), [None] * 6)
    assert result.drawn == 6


def test_deepconf_drops_the_least_confident() -> None:
    scores = {0: 0.1, 1: 0.1, 2: 0.9}
    strategy = strategies.create("deepconf:n=3,keep=0.3,verifier=v")
    result = play(strategy, ["1", "1", "2"], lambda one: scores[one.index])
    assert result.decision.answer == "2"
    assert [one.votes for one in result.decision.candidates] == [1]
    assert result.decision.reason == "kept 1 of 3 by v"


def test_cross_form_shares_the_samples_between_forms() -> None:
    result = play(strategies.create("cross_form:n=5,forms=cot+program"), ["1"] * 5)
    assert [(action.n, action.form) for action in result.actions] == [(3, "cot"), (2, "program")]


def test_a_cascade_keeps_a_sure_answer() -> None:
    result = play(strategies.create("cascade"), ["1"] * 8, engines={"big": ["9"]})
    assert result.decision.answer == "1"


def test_a_cascade_escalates_when_unsure() -> None:
    answers = [str(i) for i in range(8)]
    result = play(strategies.create("cascade"), answers, engines={"big": ["9"]})
    assert result.decision.answer == "9"
    assert "escalated" in result.decision.reason


def test_a_cascade_falls_back_when_the_big_model_has_no_answer() -> None:
    answers = [str(i) for i in range(8)]
    result = play(strategies.create("cascade"), answers, engines={"big": [None]})
    assert result.decision.answer == "0"


def test_solving_twice_starts_afresh() -> None:
    strategy = strategies.create("adaptive")
    first, second = strategy.solve(QUESTION), strategy.solve(QUESTION)
    assert next(first) == next(second)
