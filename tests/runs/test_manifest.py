import json
from dataclasses import replace

import pytest

from tests.runs.toys import ToyEngine, ToyForm, toy_bench, toy_problems
from underdog.core import EngineInfo, Problem, SamplingParams
from underdog.runs.manifest import Manifest, describe, differences


def manifest(**changes: object) -> Manifest:
    bench = replace(toy_bench(), **changes)  # type: ignore[arg-type]
    return describe({"small": bench}, toy_problems(3), task="sums", split="test", limit=3)


def test_equal_settings_give_equal_manifests() -> None:
    assert manifest().to_json() == manifest().to_json()


class PoliteForm(ToyForm):
    def prompt(self, question, shots=None):  # type: ignore[no-untyped-def]
        return replace(super().prompt(question, shots), prefix="Please: ")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"root_seed": 1 << 70}, "benches.small.root_seed"),
        ({"params": SamplingParams(temperature=0.1)}, "benches.small.params.temperature"),
        ({"max_tokens": 5}, "benches.small.max_tokens"),
        ({"forms": {"line": PoliteForm()}}, "benches.small.prompts"),
        (
            {"engines": {"main": ToyEngine(EngineInfo("toy", "toy-1m", "new", 512))}},
            "benches.small.models.main.fingerprint",
        ),
    ],
)
def test_every_setting_that_changes_results_is_named(changes: dict, path: str) -> None:
    [line] = differences(manifest().to_json(), manifest(**changes).to_json())
    assert line.startswith(f"{path} was ")
    assert ", is now " in line


def changed_problems() -> tuple[list[Problem], list[Problem]]:
    """Problems with another gold answer or private column, and with another question."""
    first = toy_problems(1)[0]
    asked = [{"fields": {"a": "b"}}, {"choices": ("A", "B")}, {"text": "1+1"}, {"context": "Look:"}]
    return (
        [replace(first, gold="999"), replace(first, meta={"tests": ["hidden"]})],
        [replace(first, question=replace(first.question, **change)) for change in asked],
    )


def test_other_questions_are_another_run_but_other_gold_answers_are_not() -> None:
    problems = toy_problems(3)
    before = describe({}, problems, task="sums", split="test").to_json()
    golds, questions = changed_problems()
    for changed in golds:
        now = describe({}, [changed, *problems[1:]], task="sums", split="test").to_json()
        assert now != before
        assert differences(before, now) == differences(now, before) == []
    for changed in questions:
        now = describe({}, [changed, *problems[1:]], task="sums", split="test").to_json()
        [line] = differences(before, now)
        assert line.startswith("questions was")


def test_an_old_manifest_cannot_tell_gold_answers_from_questions() -> None:
    problems = toy_problems(3)
    now = describe({}, problems, task="sums", split="test")
    old = json.loads(now.to_json())
    del old["questions"]
    for before in (json.dumps(old), replace(now, questions="").to_json()):
        assert differences(before, now.to_json()) == []
        golds, _ = changed_problems()
        other = describe({}, [golds[0], *problems[1:]], task="sums", split="test").to_json()
        [line] = differences(before, other)
        assert line.startswith("problems was")


def test_a_new_part_was_nothing_before() -> None:
    before = json.dumps({"models": {"a": 1}})
    now = json.dumps({"models": {"a": 1, "b": 2}})
    assert differences(before, now) == ["models.b was nothing, is now 2"]
    assert differences(now, before) == ["models.b was 2, is now nothing"]


def test_a_form_that_only_the_registry_knows_is_described() -> None:
    assert manifest(forms={}, form="answer").to_json() != manifest().to_json()
