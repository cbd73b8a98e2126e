import json
from dataclasses import replace

import pytest

from tests.runs.toys import ToyEngine, ToyForm, toy_bench, toy_problems
from underdog.core import EngineInfo, SamplingParams
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


def test_other_problems_are_another_run() -> None:
    bench, problems = toy_bench(), toy_problems(3)
    before = describe({}, problems, task="sums", split="test").to_json()
    for changed in (
        replace(problems[0], gold="999"),
        replace(problems[0], meta={"tests": ["hidden"]}),
        replace(problems[0], question=replace(problems[0].question, fields={"a": "b"})),
        replace(problems[0], question=replace(problems[0].question, choices=("A", "B"))),
    ):
        now = describe({}, [changed, *problems[1:]], task="sums", split="test").to_json()
        [line] = differences(before, now)
        assert line.startswith("problems was")
    assert bench.form == "line"


def test_a_new_part_was_nothing_before() -> None:
    before = json.dumps({"models": {"a": 1}})
    now = json.dumps({"models": {"a": 1, "b": 2}})
    assert differences(before, now) == ["models.b was nothing, is now 2"]
    assert differences(now, before) == ["models.b was 2, is now nothing"]


def test_a_form_that_only_the_registry_knows_is_described() -> None:
    assert manifest(forms={}, form="answer").to_json() != manifest().to_json()
