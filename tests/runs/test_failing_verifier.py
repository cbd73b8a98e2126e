"""A verifier that fails is said on the card, in text and in JSON, and is tried again on resume."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.runs.toys import toy_bench, toy_problems
from underdog import challenge, report
from underdog.core import Prompt
from underdog.engines.scripted import ScriptedEngine
from underdog.reports.fight_card import FightCard
from underdog.reports.html import render_fight_card
from underdog.reports.plain_text import fight_card_text
from underdog.runs.runner import Arm, run_arm
from underdog.runs.store.memory_store import MemoryStore
from underdog.strategies import strategies

SPEC = "best_of_n:n=3,verifier=judge(engine=big)"


def is_check(prompt: Prompt) -> bool:
    return "You check solutions" in prompt.messages[0].content


def answer(prompt: Prompt, seed: int) -> str:
    return "Verdict: Yes" if is_check(prompt) else f"The answer is {seed % 3}."


def play(run: Path, dead: int) -> FightCard:
    """A match whose judge is dead for the first `dead` problems that it is asked about."""
    asked: dict[str, int] = {}

    def fails(prompt: Prompt, seed: int) -> str | None:
        if not is_check(prompt):
            return None
        question = prompt.messages[-1].content.partition("Proposed")[0]
        return "out of memory" if asked.setdefault(question, len(asked)) < dead else None

    [card] = challenge(
        ScriptedEngine(answer, name="small"),
        ScriptedEngine(answer, name="big", fails=fails),
        tasks="addition:digits=2",
        limit=6,
        form="cot",
        small_strategy=SPEC,
        sandbox="monty",
        run=run,
    )
    return card


@pytest.mark.parametrize("dead", [1, 4, 6])
def test_the_card_says_on_how_many_problems_it_failed(tmp_path: Path, dead: int) -> None:
    run = tmp_path / "run.sqlite"
    card = play(run, dead)
    arm = card.small.headline
    assert (arm.n, arm.num_failed, arm.num_undecided) == (6, dead, dead)
    said = f"the verifier failed on {dead} of 6 problems"
    for shown in (card, report(run, sandbox="monty")[0]):
        assert said in fight_card_text(shown)
        assert said in render_fight_card(shown)
        told = json.loads(json.dumps(asdict(shown), default=str))
        assert told["small"]["arms"][0]["num_failed"] == dead
        assert "out of memory" in told["small"]["arms"][0]["failure"]
    mended = play(run, 0)
    assert mended.small.headline.num_failed == mended.small.headline.num_undecided == 0
    assert "failed" not in fight_card_text(mended)
    assert (
        fight_card_text(report(run, sandbox="monty")[0]).splitlines()[:3]
        == (fight_card_text(mended).splitlines()[:3])
    )


class Short:
    """A verifier that gives too few scores."""

    name, unit, pointwise = "short", "real", True

    async def score(self, question, solutions, calls):
        return [1.0]


def test_a_verifier_that_breaks_its_contract_is_no_working_one_either() -> None:
    bench = toy_bench(MemoryStore())
    bench.verifiers["short"] = Short()
    arm = Arm("toy", strategies.create("best_of_n:n=3,verifier=short"), bench)
    result = asyncio.run(run_arm(arm, toy_problems(4)))
    assert {item.status for item in result.items} == {"undecided"}
    assert all("gave 1 scores for 3 solutions" in item.failure for item in result.items)
