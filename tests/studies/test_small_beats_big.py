"""The study of small against big plays an arm, tables it, and never trains on what it tests."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.paths import CHECKOUT
from underdog.core import Problem, Question
from underdog.engines.scripted import ScriptedEngine

FOLDER = CHECKOUT / "docs" / "studies" / "small-beats-big"
MODULES = ("contests", "study", "tables")


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, ModuleType]]:
    before = {name: sys.modules.pop(name, None) for name in MODULES}
    sys.path.insert(0, str(FOLDER))
    yield {name: __import__(name) for name in MODULES}
    sys.path.remove(str(FOLDER))
    for name in MODULES:
        del sys.modules[name]
    sys.modules.update({name: module for name, module in before.items() if module})


@pytest.fixture
def messages(tmp_path: Path, modules):
    """Sixty messages with two labels, as a task that has no dev split."""
    rows = [
        {"id": f"m{n}", "question": f"Message {n}?", "answer": "late" if n % 3 else "lost"}
        for n in range(60)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    task = tmp_path / "messages.toml"
    task.write_text(
        'checker = "label:labels=late|lost"\n[files]\ntrain = "rows.jsonl"\n[columns]\nid = "id"\n'
    )
    contests = modules["contests"]
    way = contests.Prompting(
        "shown", instruction="{labels}\n{examples}\n{question}", listed=2, constrained=True
    )
    return contests.Contest("intents", str(task), {"dev": 2}, (way,), dev_share=True)


def test_an_arm_is_played_and_tabled(modules, tmp_path: Path) -> None:
    contest = modules["contests"].contests()["units"]
    asked = contest.chosen("test", 4)
    replies = {
        one.question.text: f"It is {answer}.\nThe answer is {answer}."
        for one, answer in zip(asked, [asked[0].gold, asked[1].gold, "-1", "-1"], strict=True)
    }
    way = modules["contests"].Prompting("trained")
    for label in ("135M", "1.5B Coder"):
        played = modules["study"].Played(contest, way, label, "test", 4, None)
        result = asyncio.run(modules["study"].play(played, ScriptedEngine(replies), tmp_path))
        assert [item.right for item in result.items] == [True, True, False, False]
    modules["study"].collect(tmp_path, tmp_path)
    arms = modules["tables"].read_arms(tmp_path)
    assert [(arm.right, arm.n, arm.unread) for arm in arms] == [(2, 4, 0)] * 2
    verdicts = modules["tables"].verdicts(arms)
    assert verdicts["units", "1.5B Coder"].both == 2
    assert "2 of 4" in modules["tables"].main_table(arms)


def test_dev_is_never_trained_on(messages) -> None:
    train, dev = ({one.id for one in messages.all_of(split)} for split in ("train", "dev"))
    assert train | dev == {f"m{n}" for n in range(60)}
    assert not train & dev
    assert dev
    assert [one.gold for one in messages.chosen("train", 2)] == ["late", "lost"]


def test_a_prompting_shows_labels_and_examples_of_train(messages, modules) -> None:
    task = modules["contests"].Asked(messages, messages.promptings[0])
    [first, _] = task.problems("dev", 2)
    labels, *examples, question = first.question.text.splitlines()
    assert labels == "late, lost"
    shown = {one.question.text for one in messages.all_of("train")}
    assert {line.partition(" -> ")[0] for line in examples} <= shown
    assert question not in shown


def test_entities_are_asked_for_as_lists_by_kind(modules) -> None:
    gold = '[["location", "Rome"], ["person", "Ann"], ["location", "Oslo"]]'
    made = modules["contests"].as_entities(Problem(Question("q", "t", "text"), gold))
    assert made.gold == '{"person": ["Ann"], "location": ["Rome", "Oslo"]}'


def test_the_pages_hold_the_tables_of_the_committed_outcomes(modules) -> None:
    tables = modules["tables"]
    arms = tables.read_arms(FOLDER)
    found = tables.verdicts(arms)
    page, front = (FOLDER / "README.md").read_text(), (CHECKOUT / "README.md").read_text()
    assert tables.main_table(arms) in page
    assert tables.verdict_table(found) in page
    assert tables.dev_table(arms) in page
    assert tables.front_table(arms, found) in front
