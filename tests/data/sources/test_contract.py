"""What every source promises, found through the registry."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.data.sources.scripted_sources import (
    EGGS_CHAIN,
    EGGS_PROGRAM,
    SHAPE,
    engines_for,
    reasons,
    seeds_for,
    together,
    total,
)
from underdog.core import Prompt, Sandbox
from underdog.data.sources import sources
from underdog.data.sources.collecting.collection import Collection, Settling
from underdog.data.sources.collecting.reply_journal import ReplyJournal
from underdog.engines.scripted import ScriptedEngine

SPECS = sources.names()
NEW = (
    "Problem: Ivo has 14 red marbles and 9 blue marbles and then gives 5 of the marbles to Pia. "
    "How many marbles does Ivo still have after that?\n```python\ndef solution():\n"
    "    marbles = 14 + 9\n    return marbles - 5\n```"
)
FACT = (
    "Question: What broke the wheel in 1861?\n"
    "Quote: It ground barley until a flood broke its wheel in 1861.\nAnswer: a flood"
)
REPLIES = {
    "nothing": [""],
    "garbage": ["\x00\ud800 ]]] 12 = = ``` def ?", "```python\nimport os\nwhile True:", "= 3 ="],
    "refusals": ["I'm sorry, but I can't help with that.", "As an AI language model, no."],
    "mixed": [EGGS_CHAIN, EGGS_PROGRAM, NEW, FACT, "The answer is 9.", "Sorry, no."],
}


def make(replies: list[str]) -> ScriptedEngine:
    return ScriptedEngine({"*": replies}, shape=SHAPE)


def run(spec: str, replies: list[str], sandbox: Sandbox, **options: object) -> Collection:
    engines = engines_for(spec, lambda: make(replies))
    return together(spec, seeds_for(spec), engines, sandbox, **options)


@pytest.mark.parametrize("spec", SPECS)
def test_the_name_is_a_spec_for_the_same_source(spec: str) -> None:
    source = sources.create(spec)
    assert sources.create(source.name).name == source.name


@pytest.mark.parametrize("replies", REPLIES)
@pytest.mark.parametrize("spec", SPECS)
def test_every_reply_is_kept_or_refused_with_a_reason_and_charged_once(
    spec: str, replies: str, sandbox: Sandbox
) -> None:
    made = run(spec, REPLIES[replies], sandbox)
    assert made.num_done == made.num_seeds == 2
    assert made.records
    assert len({record.id for record in made.records}) == len(made.records)
    for record in made.records:
        assert record.accepted == (record.example is not None)
    spent, booked = asdict(made.usage), asdict(total(made))
    assert spent == pytest.approx(booked)
    assert made.usage.calls > 0


@pytest.mark.parametrize("spec", SPECS)
def test_refusals_are_named(spec: str, sandbox: Sandbox) -> None:
    made = run(spec, REPLIES["refusals"], sandbox)
    assert made.num_accepted == 0
    assert "refusal" in reasons(made)


@pytest.mark.parametrize("spec", SPECS)
def test_failed_samples_are_recorded_and_asked_again_next_time(
    spec: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "journal.jsonl"

    def broken() -> ScriptedEngine:
        return ScriptedEngine("x", shape=SHAPE, fails=lambda prompt, seed: "out of memory")

    engines = engines_for(spec, broken)
    made = together(spec, seeds_for(spec), engines, sandbox, journal=path)
    assert set(reasons(made)) == {"engine error"}
    again = run(spec, REPLIES["mixed"], sandbox, journal=path)
    assert "engine error" not in reasons(again)
    assert again.num_done == 2


@pytest.mark.parametrize("spec", SPECS)
def test_a_collection_cut_anywhere_goes_on_to_the_same_end_without_asking_twice(
    spec: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "whole.jsonl"
    whole = run(spec, REPLIES["mixed"], sandbox, journal=path)
    lines = path.read_bytes().splitlines(keepends=True)
    for cut in range(1, len(lines) + 1):
        part = tmp_path / f"part{cut}.jsonl"
        part.write_bytes(b"".join(lines[:cut]) + b'{"torn')
        calls: list[int] = []

        def counting(prompt: Prompt, seed: int, calls: list[int] = calls) -> str:
            replies = REPLIES["mixed"]
            calls.append(seed)
            return replies[seed % len(replies)]

        engines = engines_for(spec, lambda: ScriptedEngine(counting, shape=SHAPE))
        again = together(spec, seeds_for(spec), engines, sandbox, journal=part)
        assert again.records == whole.records
        assert again.usage.calls == whole.usage.calls
        answered = sum(line.count(b'"finish"') for line in lines[:cut] if b'"replies"' in line)
        assert len(calls) == whole.usage.calls - answered


def test_a_journal_gives_back_what_was_kept(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "journal.jsonl"
    made = run("hinted:n=3", [EGGS_CHAIN, "\ud800 odd \x00", "no"], sandbox, journal=path)
    manifest = {
        "source": sources.create("hinted:n=3").name,
        "engines": {"main": "scripted-scripted"},
        "checker": "numeric",
        "seed": 0,
    }

    async def read() -> list[object]:
        with ReplyJournal(path, manifest) as book:
            return [book.usage, *book.records(next(iter(book._done)))]

    usage, *records = asyncio.run(read())
    assert usage == made.usage
    settling = Settling()
    settling.add(records)
    assert settling.first(None) == made.records[:3]
