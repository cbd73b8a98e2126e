"""Constraints as request fields of servers, and checks of their replies.

llama.cpp's servers take JSON schemas and grammars of their own notation (GBNF); vLLM takes
`structured_outputs`; the chat routes of OpenAI and others take `response_format` for JSON schemas.
A server may ignore a field that it does not know, so replies are checked against the constraint: in
the same dialect of regular expressions as under a mask (Rust's), with exact numbers, and with no
reference of a schema fetched. What cannot be checked so is refused before anything is sent.
"""

import json
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from underdog.core import Choices, Constraint, Grammar, JsonSchema, Regex, SamplingParams
from underdog.engines.shaping.rust_regex import RustDialect, regex_matcher
from underdog.engines.shaping.supported import check_penalties
from underdog.errors import UsageError
from underdog.grading.json_validity import PythonDialect, Schema, SchemaFaultError, read_schema

_PENALTIES = ("repetition_penalty", "presence_penalty", "frequency_penalty")


def shaping_fields(params: SamplingParams, *, llama: bool, chat: bool) -> dict[str, Any]:
    """Request fields for penalties, biases and constraint; parameters that are off are left out.

    Args:
        params: Sampling parameters.
        llama: Whether the endpoint is a llama.cpp server.
        chat: Whether the request goes to the chat route.

    Raises:
        UsageError: A penalty or the schema is invalid, or the endpoint has no such constraint.
    """
    check_penalties(params)
    used = params.settings()
    fields = {name: used[name] for name in _PENALTIES if name in used}
    if params.logit_bias:
        fields["logit_bias"] = {str(token): bias for token, bias in params.logit_bias}
    if params.constraint is None:
        return fields
    if llama:
        return fields | llama_fields(params.constraint, "openai")
    return fields | openai_fields(params.constraint, chat=chat)


def llama_fields(constraint: Constraint, engine: str) -> dict[str, Any]:
    """Request fields of a constraint for a llama.cpp server.

    Raises:
        UsageError: The server has no such constraint, or the schema is invalid.
    """
    match constraint:
        case JsonSchema():
            return {"json_schema": parsed_schema(constraint)}
        case Choices(options) if options and all(options):
            return {"grammar": "root ::= " + " | ".join(map(_gbnf_text, options))}
        case Choices():
            raise UsageError(f"the choices {constraint.options!r} cannot be enforced; give texts")
        case Regex() | Grammar():
            raise UsageError(
                f"llama.cpp has no {type(constraint).__name__} constraint, so the {engine} engine "
                "cannot enforce it; use JsonSchema or Choices, or the openvino engine"
            )


def openai_fields(constraint: Constraint, *, chat: bool) -> dict[str, Any]:
    """Request fields of a constraint for any other OpenAI-compatible server.

    Raises:
        UsageError: The schema or the pattern is malformed, or replies could not be held against it.
        MissingExtraError: llguidance, which knows the dialect of patterns, is not installed.
    """
    match constraint:
        case JsonSchema() if chat:
            named = {"name": "reply", "schema": parsed_schema(constraint), "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        case JsonSchema():
            return {"structured_outputs": {"json": parsed_schema(constraint)}}
        case Regex(pattern):
            regex_matcher(pattern)
            return {"structured_outputs": {"regex": pattern}}
        case Grammar(lark):
            return {"structured_outputs": {"grammar": lark}}
        case Choices(options):
            return {"structured_outputs": {"choice": list(options)}}


def parsed_schema(constraint: JsonSchema) -> Any:
    """The decoded JSON schema of a constraint.

    Raises:
        UsageError: Its text is not a JSON schema, or replies could not be held against it.
    """
    _schema(constraint.schema)
    return json.loads(constraint.schema)


@lru_cache(maxsize=16)
def _schema(text: str) -> Schema:
    dialect = RustDialect() if find_spec("llguidance") else PythonDialect()
    try:
        return read_schema(text, dialect)
    except SchemaFaultError as error:
        raise UsageError(
            f"the text {text[:80]!r} is no JSON schema that can be used: {error}; correct it"
        ) from error


def breach(constraint: Constraint, text: str) -> str:
    """How a complete reply breaks a constraint; empty when it does not or cannot be checked.

    Raises:
        UsageError: The constraint is malformed.
        MissingExtraError: The constraint is a pattern and llguidance is not installed.
    """
    broken = ""
    match constraint:
        case JsonSchema():
            broken = _schema_breach(_schema(constraint.schema), text)
        case Choices(options):
            broken = "" if text in options else "it is none of the choices"
        case Regex(pattern):
            broken = "" if regex_matcher(pattern).whole(text) else "it does not match the pattern"
        case Grammar():
            pass
    return broken and f"EngineError: the engine did not keep the constraint: {broken}"


def _schema_breach(schema: Schema, text: str) -> str:
    try:
        return schema.violation(text)[:300]
    except SchemaFaultError as error:
        raise UsageError(f"the reply cannot be held against the JSON schema: {error}") from error
    except (ValueError, RecursionError) as error:
        return f"it is no JSON ({error})"


def _gbnf_text(text: str) -> str:
    letters = (
        letter if letter.isascii() and letter.isalnum() else f"\\U{ord(letter):08X}"
        for letter in text
    )
    return f'"{"".join(letters)}"'
