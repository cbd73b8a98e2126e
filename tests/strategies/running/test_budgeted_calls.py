"""Hidden states under a budget: counted as verifier tokens, never beyond the cap."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.conftest import ask
from tests.models.tiny_gguf import HIDDEN, write_tiny
from underdog.core import Budget, Engine, LayerStates, Prompt, StatesRequest
from underdog.engines.scripted import ScriptedEngine
from underdog.strategies.running.budgeted_calls import BudgetedCalls
from underdog.strategies.running.ledger import Ledger
from underdog.strategies.running.pricing import prompt_bound_tokens

pytest.importorskip("openvino")

from underdog.engines.openvino import OpenVinoEngine

PROMPTS = [ask("what is it?"), ask("why and why")]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("calls")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CACHE", str(folder / "cache"))
        tiny = write_tiny(folder / "tiny.gguf", "llama")
        opened = OpenVinoEngine(tiny.path, precision="f32", context_tokens=128, threads=1)
        yield opened
        asyncio.run(opened.aclose())


def look(calls: BudgetedCalls, prompts: list[Prompt]) -> list[LayerStates | None]:
    return asyncio.run(calls.hidden_states("main", [StatesRequest(one, -1) for one in prompts]))


def test_states_come_back_and_their_tokens_are_verifier_tokens(engine: Engine) -> None:
    calls = BudgetedCalls({"main": engine}, Ledger(Budget()))
    found = look(calls, PROMPTS)
    tokens = [one.num_tokens for one in found if one is not None]
    assert len(tokens) == 2
    assert all(one is not None and one.values_PD.shape == (1, HIDDEN) for one in found)
    assert calls.spent.verifier_tokens == calls.ledger.usage.verifier_tokens == sum(tokens)
    assert calls.spent.verifier_calls == 2
    assert calls.spent.generated_tokens == 0
    assert calls.spent.flops > 0
    assert not calls.refused


def test_what_the_budget_has_no_room_for_is_none(engine: Engine) -> None:
    bound = max(prompt_bound_tokens(prompt) for prompt in PROMPTS)
    calls = BudgetedCalls({"main": engine}, Ledger(Budget(verifier_tokens=2 * bound - 1)))
    first, second = look(calls, PROMPTS)
    assert first is not None
    assert second is None
    assert calls.refused
    assert calls.ledger.usage.verifier_tokens <= bound


@pytest.mark.parametrize(("short_of", "scored"), [(0, [True, True]), (1, [True, False])])
def test_a_continuation_to_be_scored_takes_room_as_well(
    engine: Engine, short_of: int, scored: list[bool]
) -> None:
    texts = [" it is the one", " so"]
    bound = max(prompt_bound_tokens(prompt) for prompt in PROMPTS) + len(texts[0]) + 1
    budget = Budget(verifier_tokens=2 * bound - short_of)
    calls = BudgetedCalls({"main": engine}, Ledger(budget))
    found = asyncio.run(calls.score("main", list(zip(PROMPTS, texts, strict=True))))
    assert [one is not None for one in found] == scored
    assert calls.refused == (not all(scored))


def test_an_engine_that_shows_no_states_gives_none() -> None:
    calls = BudgetedCalls({"main": ScriptedEngine("")}, Ledger(Budget()))
    assert look(calls, PROMPTS) == [None, None]
    assert "does not show hidden states" in calls.failure
    assert not calls.refused
    assert calls.spent.verifier_tokens == 0
