"""Constraints as request fields of servers, and checks of their replies.

llama.cpp's servers take JSON schemas and grammars of their own notation (GBNF); vLLM takes
`structured_outputs`; the chat routes of OpenAI and others take `response_format` for JSON schemas.
A server may ignore a field that it does not know, so replies are checked against the constraint.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from underdog.core import Choices, Constraint, Grammar, JsonSchema, Regex, SamplingParams
from underdog.engines.shaping.supported import check_penalties
from underdog.errors import UsageError

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
        UsageError: The schema is not JSON.
    """
    match constraint:
        case JsonSchema() if chat:
            named = {"name": "reply", "schema": parsed_schema(constraint), "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        case JsonSchema():
            return {"structured_outputs": {"json": parsed_schema(constraint)}}
        case Regex(pattern):
            return {"structured_outputs": {"regex": pattern}}
        case Grammar(lark):
            return {"structured_outputs": {"grammar": lark}}
        case Choices(options):
            return {"structured_outputs": {"choice": list(options)}}


def parsed_schema(constraint: JsonSchema) -> Any:
    """The decoded JSON schema of a constraint.

    Raises:
        UsageError: Its text is not a JSON schema.
    """
    from jsonschema import Draft202012Validator, SchemaError

    try:
        schema: Any = json.loads(constraint.schema)
        Draft202012Validator.check_schema(schema)
    except (ValueError, RecursionError, SchemaError) as error:
        fault = error.message if isinstance(error, SchemaError) else str(error)
        raise UsageError(
            f"the text {constraint.schema[:80]!r} is no JSON schema: {fault}; correct it"
        ) from error
    return schema


def breach(constraint: Constraint, text: str) -> str:
    """How a complete reply breaks a constraint; empty when it does not or cannot be checked."""
    broken = ""
    match constraint:
        case JsonSchema():
            broken = _schema_breach(parsed_schema(constraint), text)
        case Choices(options):
            broken = "" if text in options else "it is none of the choices"
        case Regex(pattern):
            broken = "" if _matches(pattern, text) else "it does not match the pattern"
        case Grammar():
            pass
    return broken and f"EngineError: the engine did not keep the constraint: {broken}"


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:  # the pattern is in another dialect than Python's
        return True


def _schema_breach(schema: Mapping[str, Any], text: str) -> str:
    import jsonschema

    try:
        jsonschema.validate(json.loads(text), schema)
    except (ValueError, RecursionError) as error:
        return f"it is no JSON ({error})"
    except jsonschema.ValidationError as error:
        return error.message
    return ""


def _gbnf_text(text: str) -> str:
    letters = (
        letter if letter.isascii() and letter.isalnum() else f"\\U{ord(letter):08X}"
        for letter in text
    )
    return f'"{"".join(letters)}"'
