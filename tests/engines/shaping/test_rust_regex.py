"""Replies of servers are held against patterns in the dialect that masks have: Rust's."""

import json
import socket

import pytest

pytest.importorskip("llguidance")

from underdog.core import JsonSchema, Regex
from underdog.engines.shaping import served
from underdog.engines.shaping.served import breach, openai_fields, parsed_schema
from underdog.errors import MissingExtraError, UsageError


@pytest.mark.parametrize(
    ("pattern", "text", "kept"),
    [
        ("[[:alpha:]]+", "abc", True),
        ("[[:alpha:]]+", "ab1", False),
        ("[[:^digit:]]{2}", "a-", True),
        (r"abc\z", "abc", True),
        (r"abc\z", "abc\n", False),
        (r"\p{L}+", "žluť", True),
        (r"\p{Greek}+", "abc", False),
        ("(?i)yes", "YES", True),
        ("(?i:y)es", "YES", False),
        ("(?<year>[0-9]{4})", "2024", True),
        ("(?P<year>[0-9]{4})", "24", False),
        ("[a-z&&[^b]]+", "ac", True),
        ("[a-z&&[^b]]+", "ab", False),
        (r"\x{1F98A}", "🦊", True),
        ("a|ab", "ab", True),
        ("a", "ab", False),
        (".", "\n", False),
        ("(?s).", "\n", True),
        ("", "", True),
        ("(?x) a  b # words", "ab", True),
        (r"a{2,3}", "aaaa", False),
        ("(a+)+b", "a" * 5000, False),
    ],
)
def test_a_reply_is_held_against_a_pattern_of_rust(pattern: str, text: str, kept: bool) -> None:
    assert (breach(Regex(pattern), text) == "") is kept


@pytest.mark.parametrize(
    "pattern", ["a(?=b)b", "(?<!a)b", r"(a)\1", r"a\Z", "(", "[", "(?P=n)", r"\bword\b", "a**+("]
)
def test_what_is_no_pattern_of_rust_is_refused_before_it_is_sent(pattern: str) -> None:
    for check in (
        lambda: breach(Regex(pattern), "a"),
        lambda: openai_fields(Regex(pattern), chat=False),
    ):
        with pytest.raises(UsageError, match=r"cannot be checked.*Rust's regex"):
            check()


def test_without_llguidance_a_pattern_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "llguidance", None)
    with pytest.raises(MissingExtraError, match="underdog\\[constraints\\]"):
        openai_fields(Regex("never seen before"), chat=False)


def schema(**told: object) -> JsonSchema:
    return JsonSchema(json.dumps(told))


@pytest.mark.parametrize(
    ("constraint", "text", "kept"),
    [
        (schema(pattern=r"^\p{L}+$"), '"žluť"', True),
        (schema(pattern=r"^\p{L}+$"), '"a1"', False),
        (schema(pattern="[[:digit:]]"), '"a1b"', True),
        (schema(pattern="^a\nb$"), '"a\\nb"', True),
        (schema(pattern='"'), '"say \\"no\\""', True),
        (schema(patternProperties={r"^\p{Lu}": {"type": "null"}}), '{"A": 1, "a": 1}', False),
        (schema(patternProperties={r"^\p{Lu}": {}}, additionalProperties=False), '{"É": 1}', True),
        (schema(type="number", multipleOf=0.1), "0.3", True),
        (schema(type="integer", minimum=(1 << 53) + 1), str(1 << 53), False),
        (schema(type="number"), "NaN", False),
    ],
)
def test_a_reply_is_held_against_a_schema_as_under_a_mask(
    constraint: JsonSchema, text: str, kept: bool
) -> None:
    assert (breach(constraint, text) == "") is kept


@pytest.mark.parametrize(
    "text",
    [
        '{"$ref":"http://example.invalid/x.json"}',
        '{"properties":{"a":{"$ref":"#/$defs/none"}}}',
        '{"$ref":"#"}',
        '{"pattern":"(?=a)"}',
        '{"type":"strin"}',
        "[",
    ],
)
def test_a_schema_that_replies_cannot_be_held_against_is_refused(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetched(*_: object) -> None:
        raise AssertionError("a schema was fetched")

    monkeypatch.setattr(socket, "getaddrinfo", fetched)
    for check in (
        lambda: breach(JsonSchema(text), "1"),
        lambda: parsed_schema(JsonSchema(text)),
        lambda: openai_fields(JsonSchema(text), chat=True),
    ):
        with pytest.raises(UsageError, match="no JSON schema that can be used"):
            check()


def test_a_reply_that_only_the_library_itself_could_judge_is_a_usage_error() -> None:
    odd = schema(unevaluatedProperties=False, patternProperties={r"\p{L}": {}})
    with pytest.raises(UsageError, match="cannot be held against"):
        breach(odd, '{"a": 1}')


def test_without_llguidance_patterns_of_schemas_are_pythons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(served, "find_spec", lambda _: None)
    assert breach(schema(pattern="^(?=a)a+$"), '"aa"') == ""
    assert breach(schema(pattern="^(?=a)a+$"), '"ab"')
