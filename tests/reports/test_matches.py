"""Fight cards made from runs."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runs.toys import INFO, NoSandbox, ToyEngine, ToyForm, ToyTask
from underdog.core import Budget, ModelShape
from underdog.errors import DataError, EngineError
from underdog.forms import forms
from underdog.reports.fight_card import FightCard
from underdog.reports.matches import match_card
from underdog.runs.match import Contender, Terms, play
from underdog.runs.store.store import Store
from underdog.runs.stored_match import latest_runs

SMALL = replace(INFO, shape=ModelShape(135_000_000))
BIG = replace(INFO, model="toy-9m", fingerprint="toy-big-fingerprint")


@pytest.fixture(autouse=True)
def line_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "create", lambda spec: {"line": ToyForm()}[spec])


def card_of(
    path: Path,
    strategy: str = "majority:n=4",
    *,
    big: str = "big",
    terms: Terms | None = None,
    with_data: bool = True,
    big_engine: ToyEngine | None = None,
) -> FightCard:
    contenders = {
        "small": Contender("small", ToyEngine(SMALL), (strategy,)),
        "big": Contender(big, big_engine or ToyEngine(BIG), ("greedy",)),
    }
    with Store(path / "match.db") as store:
        terms = terms or Terms(concurrency=1)
        with contextlib.suppress(EngineError):
            asyncio.run(play(ToyTask(), contenders, terms, store, NoSandbox()))
        [run] = latest_runs(store)
        task = ToyTask() if with_data else None
        card = match_card(run, store, NoSandbox(), task=task, created="today")
        return asyncio.run(card)


def test_a_card_shows_problems_solutions_prompts_and_diagnosis(tmp_path: Path) -> None:
    card = card_of(tmp_path)
    assert (card.title, card.task, card.n) == ("small against big", "sums, test", 20)
    assert len(card.rows) == 20
    assert card.rows[0].small.attempts
    assert card.rows[0].big.attempts
    assert card.diagnosis is not None
    assert [prompt.label for prompt in card.prompts] == ["small, line", "big, line"]
    assert card.small.corner.detail == "135M parameters, toy"
    assert card.big.corner.detail == "toy"
    assert card.created == "today"


def test_a_card_can_be_checked(tmp_path: Path) -> None:
    card = card_of(tmp_path)
    assert [entry.label for entry in card.seeds] == ["root seed"]
    labels = [entry.label for entry in card.hashes]
    assert labels == ["small", "big", "problems", "prompts of big", "prompts of small"]


def test_without_the_data_a_card_shows_the_numbers_and_says_so(tmp_path: Path) -> None:
    card = card_of(tmp_path, with_data=False)
    assert card.n == 20
    assert card.rows == ()
    assert card.diagnosis is None
    assert any("data was not at hand" in note for note in card.notes)


def test_one_sample_needs_no_diagnosis(tmp_path: Path) -> None:
    assert card_of(tmp_path, "majority:n=1").diagnosis is None


def test_samples_from_several_pools_are_not_diagnosed(tmp_path: Path) -> None:
    card = card_of(tmp_path, "cascade:max_n=3,threshold=1.0")
    assert card.diagnosis is None
    assert card.rows


def test_a_budget_is_told_in_words(tmp_path: Path) -> None:
    terms = Terms(budget=Budget(calls=2, generated_tokens=2000))
    card = card_of(tmp_path, terms=terms)
    assert card.small.corner.budget == "at most 2 calls, at most 2,000 generated tokens"
    assert card.big.corner.budget == ""


def test_a_model_against_itself_is_called_that(tmp_path: Path) -> None:
    card = card_of(tmp_path, big="small", big_engine=ToyEngine(SMALL))
    assert card.title == "small: majority(n=4) against itself alone"


def test_an_unfinished_match_says_so(tmp_path: Path) -> None:
    asked: list[str] = []

    def die_later(prompt: str, seed: int) -> None:
        asked.append(prompt)
        if len(asked) == 9:
            raise EngineError("the engine died")

    card = card_of(tmp_path, big_engine=ToyEngine(BIG, watch=die_later))
    assert card.n == 8
    assert any("is not finished" in note for note in card.notes)


def test_a_match_whose_other_side_has_not_begun_has_no_card(tmp_path: Path) -> None:
    def die(prompt: str, seed: int) -> None:
        raise EngineError("the engine died")

    with pytest.raises(DataError, match="at least one arm per side"):
        card_of(tmp_path, big_engine=ToyEngine(BIG, watch=die))
