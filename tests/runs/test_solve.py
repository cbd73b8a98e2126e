"""One question, asked from Python."""

import json
from pathlib import Path

import pytest

from underdog.core import Budget, Decision, Question, SamplingParams, Score
from underdog.core.constraint import Regex
from underdog.engines.scripted import ScriptedEngine
from underdog.engines.sync import SyncEngine
from underdog.errors import UnknownNameError, UsageError
from underdog.runs.match import Terms
from underdog.runs.solve import ask, solve, task_for
from underdog.runs.store.memory_store import MemoryStore
from underdog.sandbox.late import LateSandbox
from underdog.strategies import strategies
from underdog.tasks import load_task

FOUR = "scripted:reply=The answer is 4."


def test_a_name_and_specs_are_enough() -> None:
    outcome = solve("How much is 2 + 2?", FOUR, "majority:n=3", form="answer")
    assert outcome.decision.answer == "4"
    assert outcome.strategy == "majority(n=3)"
    assert len(outcome.solutions) == 3


def test_the_default_strategy_stops_early() -> None:
    assert solve("2 + 2?", FOUR).usage.calls == 4


@pytest.mark.parametrize("wrap", [lambda engine: engine, SyncEngine])
def test_an_open_engine_is_asked_and_left_open(wrap) -> None:
    model = wrap(ScriptedEngine("4"))
    for _ in range(2):
        assert solve("2 + 2?", model, "greedy").decision.answer == "4"


def test_a_strategy_and_a_task_may_be_objects() -> None:
    task = load_task("addition:digits=1")
    [problem] = task.problems("test", 1)
    strategy = strategies.create("majority:n=2")
    outcome = solve(problem.question, FOUR, strategy, task=task)
    assert outcome.problem_id == problem.id
    assert outcome.strategy == strategy.name


def test_a_task_is_found_by_name_and_by_file(tmp_path: Path) -> None:
    (tmp_path / "sums.jsonl").write_text(json.dumps({"question": "2 + 2?", "answer": "4"}))
    path = tmp_path / "sums.toml"
    path.write_text('checker = "numeric"\nforms = ["answer"]\n[files]\ntest = "sums.jsonl"\n')
    assert solve("2 + 2?", FOUR, "greedy", task=path).solutions[0].form == "answer"
    assert solve("2 + 2?", FOUR, "greedy", task="addition").solutions


def test_a_question_that_stands_alone_keeps_its_id() -> None:
    outcome = solve(Question("one", "mine", "2 + 2?"), FOUR, "greedy")
    assert (outcome.problem_id, outcome.decision.answer) == ("one", "4")


def test_a_second_model_is_asked_where_the_strategy_escalates(tmp_path: Path) -> None:
    replies = tmp_path / "replies.json"
    replies.write_text(json.dumps({"*": ["4", "5", "6", "8"]}))
    unsure = f"scripted:{replies}"
    outcome = solve(
        *("2 + 2?", unsure, "cascade:max_n=4,threshold=1.0"), big="scripted:reply=7", form="answer"
    )
    assert {solution.engine for solution in outcome.solutions} == {"main", "big"}


def test_programs_run_in_the_sandbox(tmp_path: Path) -> None:
    replies = tmp_path / "replies.json"
    replies.write_text(json.dumps({"*": "    return 2 + 2\n"}))
    outcome = solve("2 + 2?", f"scripted:{replies}", "greedy", form="program", sandbox="monty")
    assert outcome.decision.answer == "4"


def test_budget_sampling_length_and_seed_are_kept(tmp_path: Path) -> None:
    replies = tmp_path / "replies.json"
    replies.write_text(json.dumps({"*": ["The answer is 4.", "The answer is 5."]}))
    settings = {"form": "answer", "budget": Budget(calls=5), "params": SamplingParams(top_p=0.5)}
    model = f"scripted:{replies}"
    one = solve("2 + 2?", model, "majority:n=64", seed=1, **settings)
    assert one.stopped_by == "calls"
    assert one.solutions == solve("2 + 2?", model, "majority:n=64", seed=1, **settings).solutions
    cut = solve("2 + 2?", model, "greedy", max_tokens=2)
    assert cut.usage.generated_tokens == 2


@pytest.mark.parametrize("question", ["  ", Question("q", "t", "")])
def test_an_empty_question_is_refused(question: str | Question) -> None:
    with pytest.raises(UsageError, match="empty"):
        solve(question, FOUR)


@pytest.mark.parametrize(
    "wrong",
    [
        {"strategy": "majorty"},
        {"form": "cott"},
        {"task": "gsm8"},
        {"checker": "numerical"},
        {"sandbox": "monti"},
    ],
)
def test_what_is_misspelt_is_refused_before_a_model_is_opened(wrong: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError, match="did you mean"):
        solve("2 + 2?", "nowhere.gguf", **wrong)


class Scoring:
    """Asks for scores before it has drawn anything."""

    name = "scoring"

    def solve(self, question: Question):
        yield Score("none", ())
        return Decision(None)


class Silent:
    """Decides without drawing anything."""

    name = "silent"

    def solve(self, question: Question):
        return Decision(None)
        yield


@pytest.mark.parametrize(
    ("strategy", "params", "rows"),
    [
        ("greedy", SamplingParams(), {"main": 1}),
        ("greedy:engine=big", SamplingParams(), {"big": 1}),
        ("majority:n=1", SamplingParams(), {"main": 1}),
        ("majority:n=3", SamplingParams(), {"main": 3}),
        ("adaptive:max_n=8,min_n=4,wave=4", SamplingParams(), {"main": 4}),
        (Scoring(), SamplingParams(), {}),
        (Silent(), SamplingParams(), {}),
        ("greedy", SamplingParams(frequency_penalty=0.5), {}),
        ("greedy", SamplingParams(constraint=Regex("[0-9]+")), {}),
    ],
)
def test_how_many_samples_come_at_once_is_known_before_a_model_is_opened(
    strategy, params: SamplingParams, rows: dict[str, int]
) -> None:
    terms = Terms(seed=0, params=params, max_tokens=None, budget=Budget())
    with LateSandbox("auto") as programs:
        asked = ask("2 + 2?", strategy, task_for("2 + 2?"), None, terms, programs, MemoryStore())
    assert asked.rows == rows
