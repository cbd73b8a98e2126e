"""Penalties, biases and constraints from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.models.tiny_gguf import write_tiny
from underdog.cli.terminal.shape_options import ShapeOptions
from underdog.core import Choices, Constraint, Grammar, JsonSchema, Regex, SamplingParams
from underdog.errors import UsageError

SCHEMA = '{"type": "integer"}'
LARK = 'start: "yes" | "no"'


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "schema.json").write_text(SCHEMA)
    (tmp_path / "answer.lark").write_text(LARK)
    return tmp_path


def test_nothing_given_leaves_the_parameters_as_they_are() -> None:
    params = SamplingParams(0.3, top_p=0.9)
    assert ShapeOptions().put_on(params) == params


def test_penalties_and_biases_are_put_on() -> None:
    shape = ShapeOptions(1.1, 0.5, 0.25, ["198=-100", "7=2.5"])
    assert shape.put_on(SamplingParams()) == SamplingParams(
        repetition_penalty=1.1,
        presence_penalty=0.5,
        frequency_penalty=0.25,
        logit_bias=((198, -100.0), (7, 2.5)),
    )


@pytest.mark.parametrize(
    ("shape", "constraint"),
    [
        ({"json_schema": "schema.json"}, JsonSchema(SCHEMA)),
        ({"regex": "[0-9]+"}, Regex("[0-9]+")),
        ({"grammar": "answer.lark"}, Grammar(LARK)),
        ({"choice": ["yes", "no"]}, Choices(("yes", "no"))),
    ],
)
def test_each_constraint_has_an_option(
    files: Path, shape: dict[str, Any], constraint: Constraint
) -> None:
    given = {
        name: files / value if name in ("json_schema", "grammar") else value
        for name, value in shape.items()
    }
    assert ShapeOptions(**given).put_on(SamplingParams()).constraint == constraint


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"logit_bias": ["198"]}, "--logit-bias '198'"),
        ({"logit_bias": ["x=1"]}, "such as 198=-100"),
        ({"logit_bias": ["-3=1"]}, "token -3"),
        ({"repetition_penalty": 0.0}, "repetition_penalty=0.0"),
        ({"frequency_penalty": float("nan")}, "frequency_penalty=nan"),
        ({"regex": "a", "choice": ["b"]}, "--regex and --choice"),
        ({"json_schema": Path("missing.json")}, "cannot read missing.json"),
        ({"grammar": Path("missing.lark")}, "cannot read missing.lark"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(shape: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ShapeOptions(**shape).put_on(SamplingParams())


def test_a_schema_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text("type: integer")
    with pytest.raises(UsageError, match=r"schema\.json is no JSON"):
        ShapeOptions(json_schema=path).put_on(SamplingParams())


def test_a_refusal_reaches_the_command_line_as_one_line(run: Any) -> None:
    more = ("--model", "scripted:reply=4", "--sandbox", "monty", "--regex", "4")
    two = run("solve", "2 + 2?", *more, "--choice", "4")
    assert two.exit_code == 2
    assert "--regex and --choice cannot be given together" in two.stderr
    unable = run("solve", "2 + 2?", *more)
    assert unable.exit_code == 2
    assert "constraint" in unable.stderr


def test_a_match_with_other_sampling_is_another_match(
    run: Any, task: Path, model: str, tmp_path: Path
) -> None:
    path = tmp_path / "match.db"
    command = ("challenge", "--small", model, "--tasks", task, "--small-strategy", "majority:n=4")
    command = (*command, "--run", path, "--sandbox", "monty", "--top-k", 5, "--min-p", 0.1)
    first = run(*command)
    assert first.exit_code == 0, first.output
    again = run(*command)
    assert "4 from before" in again.stderr
    other = run(*command, "--top-k", 6)
    assert other.exit_code == 2
    assert "top_k" in other.stderr or "params" in other.stderr


def test_a_constrained_model_answers_within_its_choices(run: Any, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    pytest.importorskip("llguidance")
    pytest.importorskip("gguf")
    path = write_tiny(tmp_path / "tiny.gguf", "llama", context_tokens=2048).path
    result = run(
        *("solve", "2 + 2?", "--model", f"openvino:model={path},max_rows=3,threads=1"),
        *("--strategy", "majority:n=3", "--form", "answer", "--sandbox", "monty", "--json"),
        *("--choice", "ab", "--choice", "ba"),
    )
    assert result.exit_code == 0, result.output
    texts = {solution["text"] for solution in json.loads(result.stdout)["solutions"]}
    assert all(text.endswith(("ab", "ba")) for text in texts), texts
