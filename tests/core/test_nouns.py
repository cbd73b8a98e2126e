"""The small behaviours of the nouns, and that they are frozen data."""

import dataclasses
import inspect

import pytest

from underdog import core
from underdog.core import (
    ContinuationScore,
    ModelShape,
    Problem,
    Question,
    SamplingParams,
    Solution,
)

NOUNS = [kind for _, kind in inspect.getmembers(core, dataclasses.is_dataclass)]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_nouns_are_frozen_and_slotted(noun: type) -> None:
    assert noun.__dataclass_params__.frozen
    assert "__slots__" in vars(noun)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_nouns_are_documented(noun: type) -> None:
    assert noun.__doc__
    assert not noun.__doc__.startswith(f"{noun.__name__}(")


def test_all_lists_every_public_name() -> None:
    public = {name for name in vars(core) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(core, name))}
    assert public - modules == set(core.__all__)


def test_a_question_has_no_place_for_the_gold_answer() -> None:
    names = {field.name for field in dataclasses.fields(Question)}
    assert not names & {"gold", "answer", "meta", "solution"}


def test_a_problem_is_known_by_its_questions_id() -> None:
    assert Problem(Question(id="q1", task="t", text="?"), gold="4").id == "q1"


def test_zero_temperature_is_greedy() -> None:
    assert SamplingParams(temperature=0.0).greedy
    assert not SamplingParams(temperature=0.1).greedy


def test_flops_leave_out_a_looked_up_embedding_and_grow_with_context() -> None:
    shape = ModelShape(num_params=100, num_embedding_params=20, num_layers=2, hidden_size=5)
    assert shape.flops(0, 1) == 160.0 + 4 * 2 * 5
    assert shape.flops(9, 10) == 160.0 + 4 * 2 * 5 * 10
    assert shape.flops(3, 3) == shape.flops(5, 3) == 0.0


def test_a_continuations_score_sums_its_tokens() -> None:
    assert ContinuationScore((-1.0, -0.5)).total == -1.5


def test_scoring_a_solution_leaves_the_original_as_it_was() -> None:
    plain = Solution(index=0, engine="main", form="cot", text="4")
    scored = plain.with_score("length", 2.0).with_score("votes", 1.0)
    assert plain.scores == {}
    assert scored.scores == {"length": 2.0, "votes": 1.0}
