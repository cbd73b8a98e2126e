"""What the ranking selectors measure."""

import math

import pytest

from tests.data.selectors.examples import example, numbered
from underdog.core import Message, Prompt
from underdog.core.example import Example, Segment
from underdog.data.selectors import Aids, Keep, select
from underdog.data.selectors.measuring.losses import NOTHING, asked
from underdog.data.selectors.trajectories import Trajectories
from underdog.engines.scripted import ScriptedEngine
from underdog.engines.sync import SyncEngine
from underdog.errors import ConfigError, DataError, UsageError


def scored(spec, rows, likelihood, keep=None):
    """Choices under an engine whose log p of a text is given."""
    with SyncEngine(ScriptedEngine("", likelihood=likelihood)) as engine:
        return list(select(spec, rows, keep, Aids(engine=engine)))


def table(**losses):
    return Aids(trajectories=Trajectories.of(losses))


def test_the_prompt_of_an_example_ends_where_training_begins():
    row = Example(
        "e",
        (
            Segment("Be brief.", "system", 0.0),
            Segment("1 + 1", "user", 0.0),
            Segment(" = ?", "user", 0.0),
            Segment("It is ", "assistant", 0.0),
            Segment("2", "assistant", 1.0),
        ),
    )
    turns = (Message("system", "Be brief."), Message("user", "1 + 1 = ?"))
    assert asked(row) == Prompt(turns, "It is ")


def test_an_example_without_a_prompt_is_asked_nothing():
    assert asked(Example("e", (Segment("2", "assistant", 1.0),))) == NOTHING


def of_question(prompt: Prompt, text: str) -> float:
    """L(A|Q) = 1 after `easy`, 3 after `hard`, 5 after `wrong`; L(A) = 4; L(Q) = 2."""
    said = prompt.messages[-1].content
    if said == "":
        return -4.0 if text == "A" else -2.0
    return {"easy": -1.0, "hard": -3.0, "wrong": -5.0}[said]


def test_ifd_is_the_ratio_of_losses_and_rejects_questions_that_do_not_help():
    rows = [example(word, word, "A") for word in ("easy", "hard", "wrong")]
    choices = scored("ifd", rows, of_question, Keep(count=1))
    assert [choice.score for choice in choices] == [0.25, 0.75, 1.25]
    assert [choice.kept for choice in choices] == [False, True, False]
    assert choices[2].reason == "the question does not help"


def test_ifd_without_its_guard_keeps_the_misfit():
    rows = [example(word, word, "A") for word in ("easy", "hard", "wrong")]
    choices = scored("ifd:guard=false", rows, of_question, Keep(count=1))
    assert [choice.kept for choice in choices] == [False, False, True]


def test_ic_ifd_divides_by_the_question_too():
    choices = scored("ic_ifd", [example("e", "hard", "A")], of_question)
    assert choices[0].score == 0.75 / 2


def test_an_example_without_an_answer_cannot_be_scored():
    for spec in ("ifd", "ic_ifd", "highest_loss"):
        choice = scored(spec, [example("e", "easy", "")], lambda _p, _t: -1.0)[0]
        assert (choice.kept, choice.score, choice.reason) == (False, None, "nothing to score")


def test_an_engine_that_cannot_score_is_refused():
    class Mute(ScriptedEngine):
        @property
        def info(self):
            from dataclasses import replace

            return replace(super().info, scores=False)

    with SyncEngine(Mute("")) as engine, pytest.raises(UsageError, match="cannot score"):
        list(select("ifd", numbered(1), aids=Aids(engine=engine)))


def test_nuggets_counts_the_anchors_that_an_example_helps():
    rows = [example(f"e{n}", f"topic{n} " * 3, f"reply{n} " * 3) for n in range(6)]

    def likelihood(prompt: Prompt, text: str) -> float:
        shown = " ".join(turn.content for turn in prompt.messages[:-1])
        if not shown:
            return -5.0
        return -1.0 if "topic0" in shown or ("topic1" in shown and "reply2" in text) else -9.0

    choices = scored("nuggets:anchors=6", rows, likelihood, Keep(count=2))
    assert [choice.score for choice in choices] == [1.0, 0.2, 0.0, 0.0, 0.0, 0.0]
    assert [choice.kept for choice in choices[:3]] == [True, True, False]


def test_nuggets_does_not_judge_an_example_by_its_twins():
    rows = [example("a", "same words here"), example("b", "same words here")]
    choices = scored("nuggets:anchors=2", rows, lambda _p, _t: -1.0)
    assert [choice.reason for choice in choices] == ["no anchor to judge it by"] * 2


def test_s2l_draws_equally_from_fast_and_slow_learners():
    rows = numbered(100)
    losses = {row.id: [3.0, 0.5, 0.1] if n < 90 else [3.0, 2.9, 2.5] for n, row in enumerate(rows)}
    aids = Aids(trajectories=Trajectories.of(losses))
    kept = [choice.kept for choice in select("s2l:clusters=2", rows, Keep(count=20), aids)]
    assert (sum(kept[:90]), sum(kept[90:])) == (10, 10)


def test_s2l_clusters_every_source_apart():
    rows = [example(f"e{n}", source="a" if n < 30 else "b") for n in range(40)]
    aids = Aids(trajectories=Trajectories.of({row.id: [1.0, 0.5] for row in rows}))
    choices = list(select("s2l:clusters=5", rows, Keep(count=20), aids))
    assert {choice.score for choice in choices} == {30.0, 10.0}
    assert sum(choice.kept for choice in choices[30:]) == 10


def test_learning_percentage_is_the_early_part_of_the_fall_in_perplexity():
    aids = table(e=[math.log(9), math.log(5), math.log(1)])
    choice = next(select("learning_percentage", [example("e")], None, aids))
    assert choice.score == pytest.approx(0.5)


def test_learning_percentage_after_one_epoch_is_relative_to_the_start():
    aids = table(e=[math.log(10), math.log(4)])
    choice = next(select("learning_percentage:clusters=1", [example("e")], None, aids))
    assert choice.score == pytest.approx(0.6)


def test_the_guard_rejects_what_is_never_learnt_and_without_it_that_comes_first():
    rows = [example("late"), example("early"), example("never")]
    aids = table(late=[3.0, 2.9, 1.0], early=[3.0, 1.1, 1.0], never=[3.0, 3.5, 3.2])
    spec = "learning_percentage:clusters=1"
    guarded = list(select(spec, rows, Keep(count=1), aids))
    assert [choice.kept for choice in guarded] == [True, False, False]
    assert guarded[2].reason == "its loss did not fall"
    rising = table(late=[3.0, 2.9, 1.0], early=[3.0, 1.1, 1.0], never=[3.0, 3.0, 3.0])
    naive = list(select(f"{spec},guard=false", rows, Keep(count=1), rising))
    assert [choice.kept for choice in naive] == [False, False, True]


def test_learning_percentage_can_compare_losses():
    aids = table(e=[4.0, 3.0, 2.0])
    choice = next(select("learning_percentage:log=true", [example("e")], None, aids))
    assert choice.score == pytest.approx(0.5)


def test_a_checkpoint_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="first=2"):
        list(select("learning_percentage:first=2", [example("e")], None, table(e=[1.0, 0.5])))


def test_pass_rate_keeps_the_band_and_prefers_its_middle():
    rows = [example(name) for name in ("never", "rare", "half", "often", "always", "unknown")]
    rates = {"never": 0.0, "rare": 0.25, "half": 0.5, "often": 0.8, "always": 1.0}
    choices = list(
        select("pass_rate:low=0.2,high=0.8", rows, Keep(count=2), Aids(pass_rates=rates))
    )
    assert [choice.kept for choice in choices] == [False, True, True, False, False, False]
    assert [choice.reason for choice in choices] == [
        "solved too rarely",
        "picked",
        "picked",
        "ranked lower",
        "solved too often",
        "never sampled",
    ]


def test_pass_rates_are_found_by_key_as_well():
    row = example("e", key="add:3,7")
    choice = next(select("pass_rate", [row], None, Aids(pass_rates={"add:3,7": 0.4})))
    assert (choice.kept, choice.score) == (True, 0.4)


def test_a_band_upside_down_is_refused():
    with pytest.raises(ConfigError, match="above"):
        select("pass_rate:low=0.9,high=0.1", [])


def test_controls_rank_by_length_and_by_loss():
    rows = [example("a", answer="1"), example("b", answer="1 2 3"), example("c", answer="1 2")]
    longest = list(select("longest", rows, Keep(count=1)))
    assert [choice.kept for choice in longest] == [False, True, False]
    loss = scored(
        "highest_loss", rows, lambda _p, text: -1.0 if text == "1" else -0.5, Keep(count=1)
    )
    assert [choice.kept for choice in loss] == [True, False, False]


def test_a_random_draw_hangs_on_ids_and_seed_not_on_order():
    rows = numbered(50)

    def drawn(order, seed):
        choices = select("random", order, Keep(count=10), Aids(seed=seed))
        return {choice.example.id for choice in choices if choice.kept}

    assert drawn(rows, 1) == drawn(rows[::-1], 1) != drawn(rows, 2)


@pytest.mark.parametrize("by", ["k_center", "facility"])
def test_diversity_takes_one_of_each_kind_before_a_second(by):
    kinds = ["red apples in a bowl", "trains between two towns", "the area of a square garden"]
    rows = [example(f"e{n}", kinds[n % 3]) for n in range(30)]
    choices = list(select(f"diversity:by={by}", rows, Keep(count=3)))
    assert {choice.example.prompt for choice in choices if choice.kept} == set(kinds)
    assert all((choice.score is not None) == choice.kept for choice in choices)
