"""Tallies count canonical answers, break ties by a fixed rule, and never vote for nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies.playing import solution
from underdog.strategies.voting import counts, decide, tally

ANSWERS = st.lists(st.sampled_from(["1", "2", "3", None]), max_size=12)


def test_the_most_frequent_answer_wins() -> None:
    decision = decide([solution(i, a) for i, a in enumerate(["1", "2", "2"])], "why")
    assert decision.answer == "2"
    assert decision.confidence == 2 / 3
    assert decision.reason == "why"
    assert decision.solution is not None
    assert decision.solution.index == 1


def test_a_tie_goes_to_the_answer_drawn_first() -> None:
    decision = decide([solution(i, a) for i, a in enumerate(["7", "5", "5", "7"])], "")
    assert decision.answer == "7"


def test_without_any_answer_there_is_no_decision() -> None:
    decision = decide([solution(0, None)], "nothing")
    assert decision.answer is None
    assert decision.candidates == ()
    assert decision.confidence == 0.0


def test_the_heaviest_solution_stands_for_its_group() -> None:
    rows = [solution(0, "1", w=0.1), solution(1, "1", w=0.9)]
    decision = decide(rows, "", lambda one: one.scores["w"])
    assert decision.solution is not None
    assert decision.solution.index == 1


def test_weights_that_are_all_zero_fall_back_to_counting() -> None:
    rows = [solution(0, "1"), solution(1, "2"), solution(2, "2")]
    assert tally(rows, lambda one: -1.0)[0].vote_key == "2"


@given(ANSWERS)
def test_shares_add_up_and_votes_are_all_counted(answers: list[str | None]) -> None:
    rows = [solution(i, a) for i, a in enumerate(answers)]
    table = tally(rows)
    voters = sum(a is not None for a in answers)
    assert sum(one.votes for one in table) == voters
    assert not table or abs(sum(one.share for one in table) - 1) < 1e-9
    assert sum(counts(rows)) == voters
    assert all(one.weight == one.votes for one in table)
    assert counts(rows) == sorted(counts(rows), reverse=True) == [one.votes for one in table]


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_tally_does_not_depend_on_order_but_for_ties(answers, random) -> None:
    rows = [solution(i, a) for i, a in enumerate(answers)]
    mixed = list(rows)
    random.shuffle(mixed)
    assert {(c.vote_key, c.votes) for c in tally(rows)} == {
        (c.vote_key, c.votes) for c in tally(mixed)
    }


@given(ANSWERS)
def test_one_more_vote_for_the_winner_keeps_it_the_winner(answers) -> None:
    rows = [solution(i, a) for i, a in enumerate(answers)]
    winner = decide(rows, "").answer
    if winner is not None:
        assert decide([*rows, solution(99, winner)], "").answer == winner
