"""Penalties and constraints in the engines that leave them to others."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.engines.conftest import ask
from tests.engines.openai.endpoint import Asked, Endpoint, Reply, endpoint
from underdog.core import (
    Choices,
    Completion,
    Constraint,
    GenerateRequest,
    Grammar,
    JsonSchema,
    Regex,
    SamplingParams,
)
from underdog.engines.openai.engine import OpenAIEngine
from underdog.engines.scripted import ScriptedEngine
from underdog.engines.shaping.served import breach, llama_fields
from underdog.engines.sync import SyncEngine
from underdog.errors import UsageError

SCHEMA = JsonSchema.of({"type": "object", "properties": {"a": {"type": "integer"}}})
PENALTIES = SamplingParams(repetition_penalty=1.2, presence_penalty=0.5, logit_bias=((7, -1.0),))


def asked(engine: SyncEngine, params: SamplingParams) -> Completion:
    return engine.generate([GenerateRequest(ask("What is it?"), params, (1,))])[0][0]


def serving(text: str, *, chat: bool, status: int = 200) -> Callable[[Asked], Reply]:
    said: dict[str, Any] = {"message": {"content": text}} if chat else {"text": text}

    def script(request: Asked) -> Reply:
        if request.path.endswith("/models"):
            return Reply({"data": [{"id": "small", "max_model_len": 4096}]})
        if request.path == "/props":
            return Reply({"error": "none"}, status=404)
        if status != 200:
            return Reply({"error": {"message": "the grammar is malformed"}}, status=status)
        usage = {"prompt_tokens": 5, "completion_tokens": 2}
        return Reply({"choices": [{"index": 0, "finish_reason": "stop", **said}], "usage": usage})

    return script


def sent(server: Endpoint) -> dict[str, Any]:
    return server.completions[-1].body


@pytest.mark.parametrize(
    ("constraint", "text", "field"),
    [
        (SCHEMA, '{"a": 1}', {"json": json.loads(SCHEMA.schema)}),
        (Regex("[0-9]+"), "12", {"regex": "[0-9]+"}),
        (Grammar('start: "a"'), "a", {"grammar": 'start: "a"'}),
        (Choices(("yes", "no")), "no", {"choice": ["yes", "no"]}),
    ],
)
def test_an_endpoint_is_asked_for_structured_outputs(
    constraint: Constraint, text: str, field: dict[str, Any]
) -> None:
    params = SamplingParams(constraint=constraint)
    with endpoint(serving(text, chat=False)) as server:
        with SyncEngine(OpenAIEngine(server.url, template="chatml")) as engine:
            assert asked(engine, params).text == text
        assert sent(server)["structured_outputs"] == field


def test_a_chat_endpoint_gets_a_schema_as_response_format_and_penalties_by_name() -> None:
    with (
        endpoint(serving('{"a": 1}', chat=True)) as server,
        SyncEngine(OpenAIEngine(server.url)) as engine,
    ):
        asked(engine, SamplingParams(constraint=SCHEMA))
        form = sent(server)["response_format"]
        asked(engine, PENALTIES)
        body = sent(server)
    assert form["json_schema"]["schema"] == json.loads(SCHEMA.schema)
    assert body["repetition_penalty"] == 1.2
    assert body["presence_penalty"] == 0.5
    assert "frequency_penalty" not in body
    assert body["logit_bias"] == {"7": -1.0}


def test_a_reply_that_breaks_the_constraint_is_an_error_row() -> None:
    with (
        endpoint(serving("maybe", chat=False)) as server,
        SyncEngine(OpenAIEngine(server.url, template="chatml")) as engine,
    ):
        row = asked(engine, SamplingParams(constraint=Choices(("yes", "no"))))
    assert row.finish == "error"
    assert row.error is not None
    assert "did not keep the constraint" in row.error


def test_an_endpoint_that_refuses_a_constraint_is_named() -> None:
    with (
        endpoint(serving("", chat=False, status=400)) as server,
        SyncEngine(OpenAIEngine(server.url, template="chatml")) as engine,
        pytest.raises(UsageError, match=r"malformed.*openai engine.*structured_outputs"),
    ):
        asked(engine, SamplingParams(constraint=Regex("a+")))


@pytest.mark.parametrize(
    ("constraint", "text", "kept"),
    [
        (SCHEMA, '{"a": 1}', True),
        (SCHEMA, '{"a": "x"}', False),
        (SCHEMA, "{", False),
        (Regex("a+"), "aa", True),
        (Regex("a+"), "ab", False),
        (Regex(r"\p{L}"), "anything", False),
        (Regex(r"\p{L}+"), "anything", True),
        (Grammar("start: x"), "anything", True),
        (Choices(("a",)), "b", False),
    ],
)
def test_replies_are_held_against_the_constraint(
    constraint: Constraint, text: str, kept: bool
) -> None:
    assert (breach(constraint, text) == "") is kept


@pytest.mark.parametrize("params", [PENALTIES, SamplingParams(constraint=Choices(("a",)))])
def test_the_scripted_engine_refuses_what_it_cannot_honour(params: SamplingParams) -> None:
    with (
        SyncEngine(ScriptedEngine("yes")) as engine,
        pytest.raises(UsageError, match="scripted engine"),
    ):
        asked(engine, params)


@pytest.mark.parametrize("constraint", [Regex("a"), Grammar("start: x"), Choices(("",))])
def test_llama_servers_are_not_asked_for_what_they_do_not_have(constraint: Constraint) -> None:
    with pytest.raises(UsageError):
        llama_fields(constraint, "llama_cpp")


def test_llama_servers_are_asked_in_their_own_notation() -> None:
    assert llama_fields(SCHEMA, "llama_cpp") == {"json_schema": json.loads(SCHEMA.schema)}
    asked_for = llama_fields(Choices(("a1", "é")), "llama_cpp")
    assert asked_for == {"grammar": 'root ::= "a1" | "\\U000000E9"'}
    for broken in ("{", '{"type": "bogus"}'):
        with pytest.raises(UsageError, match="correct it"):
            llama_fields(JsonSchema(broken), "llama_cpp")


@pytest.mark.model
def test_llama_cpp_keeps_schemas_and_choices(llama: SyncEngine) -> None:
    row = asked(llama, SamplingParams(max_tokens=200, constraint=SCHEMA))
    assert isinstance(json.loads(row.text), dict)
    options = ("sev\\en", 'fo"ur', "naïve 😀\n")
    assert asked(llama, SamplingParams(constraint=Choices(options))).text in options
    with pytest.raises(UsageError, match=r"bogus.*correct it"):
        asked(llama, SamplingParams(constraint=JsonSchema('{"type": "bogus"}')))
    with pytest.raises(UsageError, match="no presence_penalty"):
        asked(llama, PENALTIES)


@pytest.mark.model
def test_llama_cpp_penalises_repeated_tokens(llama: SyncEngine) -> None:
    plain = asked(llama, SamplingParams(temperature=0.0, max_tokens=24))
    varied = asked(llama, SamplingParams(temperature=0.0, max_tokens=24, repetition_penalty=1e6))
    assert varied.text != plain.text


@pytest.mark.model
def test_a_llama_server_is_known_and_asked_in_its_own_words(openai: SyncEngine) -> None:
    options = ("seven", "four")
    assert asked(openai, SamplingParams(constraint=Choices(options))).text in options


def test_transformers_keeps_constraints_and_penalties(transformers: SyncEngine) -> None:
    pytest.importorskip("llguidance")
    params = SamplingParams(temperature=1.0, constraint=Regex("[0-9]{2}[a-c]"), max_tokens=9)
    rows = transformers.generate([GenerateRequest(ask("what?"), params, (1, 2, 3, 4))])[0]
    assert [row.finish for row in rows] == ["stop"] * 4
    assert all(re.fullmatch("[0-9]{2}[a-c]", row.text) for row in rows)
    plain = asked(transformers, SamplingParams(temperature=0.0, max_tokens=30))
    varied = SamplingParams(temperature=0.0, max_tokens=30, presence_penalty=1e3)
    assert asked(transformers, varied).text != plain.text
    with pytest.raises(UsageError):
        asked(transformers, SamplingParams(constraint=Regex("(")))
