"""JSON against a schema: numbers are exact, references stay inside, patterns have one dialect."""

import json
import socket
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import Problem, Question
from underdog.errors import GradingError
from underdog.grading.json_schema import JsonSchemaChecker
from underdog.grading.json_validity import (
    SchemaFaultError,
    is_multiple,
    parse_exact,
    read_schema,
)
from underdog.grading.symbolic.validate import violation

ASKED = Problem(Question("1", "sums", "How much?"), None)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-99, max_value=99)


@pytest.mark.parametrize(
    ("schema", "answer", "verdict"),
    [
        ('{"type":"number","multipleOf":0.1}', "0.3", "right"),
        ('{"type":"number","multipleOf":0.1}', "0.35", "wrong"),
        ('{"properties":{"a":{"multipleOf":0.01}}}', '{"a":1.12}', "right"),
        ('{"properties":{"a":{"multipleOf":0.01}}}', '{"a":1.125}', "wrong"),
        ('{"multipleOf":0.01}', "4.35", "right"),
        ('{"multipleOf":0.01}', "19.99", "right"),
        ('{"multipleOf":1e-8}', "12391239123", "right"),
        ('{"multipleOf":0.0001}', "0.0075", "right"),
        ('{"multipleOf":0.7}', "1e400", "wrong"),
        ('{"multipleOf":0.5}', "1e400", "right"),
        ('{"multipleOf":3}', "9007199254740993", "right"),
        ('{"multipleOf":2}', "9007199254740993", "wrong"),
        ('{"multipleOf":9007199254740993}', "9007199254740993", "right"),
        ('{"multipleOf":0.1}', '"text"', "right"),
        ('{"multipleOf":2}', "true", "right"),
        ('{"maximum":0.1}', "0.1000000000000000000001", "wrong"),
        ('{"minimum":9007199254740993}', "9007199254740992", "wrong"),
        ('{"const":9007199254740993}', "9007199254740992", "wrong"),
        ('{"enum":[0.1, 2]}', "0.10", "right"),
        ('{"enum":[0.1, 2]}', "2.0", "right"),
        ('{"type":"integer"}', "1.0", "right"),
        ('{"type":"integer"}', "1e3", "right"),
        ('{"type":"integer"}', "1.5", "wrong"),
        ('{"type":"integer"}', "1e-400", "wrong"),
        ('{"type":"integer"}', "true", "wrong"),
        ('{"type":"integer"}', '"1"', "wrong"),
        ('{"uniqueItems":true}', "[0.1, 0.10]", "wrong"),
        ('{"uniqueItems":true}', "[1, true]", "right"),
        ('{"type":"array","minItems":2.0}', "[1]", "wrong"),
        ('{"type":"number"}', "1" * 5000, "right"),
    ],
)
def test_numbers_are_exact(schema: str, answer: str, verdict: str) -> None:
    assert JsonSchemaChecker(schema).grade(answer, ASKED).status == verdict
    assert (violation(answer, schema) is None) == (verdict == "right")


@given(DECIMALS, DECIMALS.filter(lambda number: number != 0))
def test_multiples_are_those_of_fractions(value: Decimal, step: Decimal) -> None:
    assert is_multiple(value, step) == (Fraction(value) % Fraction(step) == 0)
    assert is_multiple(step * 7, step)


@pytest.mark.parametrize(
    ("value", "step", "multiple"),
    [
        ("0", "0", True),
        ("1", "0", False),
        ("-0.6", "0.2", True),
        ("1e999999999", "1e-999999999", True),
        ("1e-999999999", "1", False),
        ("3e999999", "7", False),
        ("1.00", "0.5", True),
    ],
)
def test_multiples_of_any_size_are_decided(value: str, step: str, multiple: bool) -> None:
    assert is_multiple(Decimal(value), Decimal(step)) is multiple


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "1e" + "9" * 30, "{", ""])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_exact(text)


def test_a_number_is_shown_as_it_is_written() -> None:
    assert violation("0.35", '{"multipleOf":0.1}') == "$: 0.35 is not a multiple of 0.1"
    assert violation('{"a":0.5}', '{"properties":{"a":{"maximum":0.4}}}') == (
        "$.a: 0.5 is greater than the maximum of 0.4"
    )


DRAFT4 = "http://json-schema.org/draft-04/schema#"
NOWHERE = {
    "network": '{"$ref":"http://example.invalid/x.json"}',
    "inside": '{"properties":{"a":{"$ref":"#/$defs/b"}}}',
    "anchor": '{"items":{"$ref":"#nowhere"}}',
    "dynamic": '{"items":{"$dynamicRef":"other.json#a"}}',
    "file": '{"anyOf":[{"type":"string"},{"$ref":"file:///etc/passwd"}]}',
    "deep": '{"$defs":{"a":{"items":{"not":{"$ref":"b.json"}}}}}',
    "older draft": '{"$schema":"http://json-schema.org/draft-07/schema#","items":{"$ref":"#/x"}}',
}


@pytest.mark.parametrize("name", NOWHERE)
def test_a_reference_that_leads_nowhere_is_refused_and_nothing_is_fetched(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetched(*_: object) -> None:
        raise AssertionError("a schema was fetched")

    monkeypatch.setattr(socket, "getaddrinfo", fetched)
    with pytest.raises(SchemaFaultError, match="leads nowhere"):
        read_schema(NOWHERE[name])
    with pytest.raises(GradingError, match="leads nowhere"):
        JsonSchemaChecker(NOWHERE[name])


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ('{"$defs":{"b":{"type":"string"}},"items":{"$ref":"#/$defs/b"}}', '["a"]', "[1]"),
        ('{"$defs":{"b":{"$anchor":"x","type":"null"}},"items":{"$ref":"#x"}}', "[null]", "[1]"),
        ('{"$id":"http://e.org","$defs":{"b":{"$id":"b","type":"null"}},"$ref":"b"}', "null", "1"),
        ('{"items":{"$ref":"#"},"type":"array"}', "[[[]]]", "[[1]]"),
        ('{"$ref":"https://json-schema.org/draft/2020-12/schema"}', "true", '{"type":1}'),
        ('{"const":{"$ref":"no reference"}}', '{"$ref":"no reference"}', "1"),
        ('{"properties":{"$ref":{"type":"string"}}}', '{"$ref":"x"}', '{"$ref":1}'),
        (json.dumps({"$schema": DRAFT4, "minimum": 3, "exclusiveMinimum": True}), "4", "3"),
        ('{"$schema":"https://example.org/mine","minimum":3}', "3", "2"),
        ('{"$schema":"https://json-schema.org/draft/2020-12/schema","minimum":3}', "3", "2"),
        ("true", "1", ""),
        ("false", "", "1"),
    ],
)  # fmt: skip
def test_references_inside_and_drafts_are_followed(schema: str, good: str, bad: str) -> None:
    if good:
        assert violation(good, schema) is None
    if bad:
        assert violation(bad, schema)


ENDLESS = {
    "itself": '{"$ref":"#"}',
    "each other": '{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#"}},"$ref":"#/$defs/a"}',
    "in a list": '{"allOf":[{"type":"object"},{"anyOf":[{"$ref":"#"}]}]}',
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_schema_that_refers_to_itself_without_end_is_refused(name: str) -> None:
    with pytest.raises(SchemaFaultError, match="without end"):
        read_schema(ENDLESS[name])


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ("{", "Expecting"),
        ("[1]", "is not"),
        ('{"type": 3}', "is not valid"),
        ('{"pattern": "("}', "pattern"),
        ('{"items": {"patternProperties": {"[": {}}}}', "pattern"),
        ('{"$id": 3}', "is not"),
        ('{"$defs": {"a": {"$id": "http://[x"}}, "$ref": "b"}', "."),
    ],
)
def test_what_is_no_schema_is_refused(schema: str, why: str) -> None:
    with pytest.raises(SchemaFaultError, match=why):
        read_schema(schema)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ('{"pattern":"b"}', '"abc"', '"ac"'),
        ('{"pattern":"^b"}', "12", '"ab"'),
        ('{"patternProperties":{"^x":{"type":"null"}}}', '{"xy":null,"y":1}', '{"xy":1}'),
        ('{"patternProperties":{"^x":{"type":"null"}}}', "[1]", '{"x":1}'),
        (
            '{"properties":{"a":{}},"patternProperties":{"^x":{}},"additionalProperties":false}',
            '{"a":1,"xy":2}',
            '{"b":1}',
        ),
        ('{"additionalProperties":{"type":"null"}}', '{"a":null}', '{"a":1}'),
        ('{"additionalProperties":false}', "[]", '{"a":1}'),
    ],
)
def test_patterns_of_values_and_names_are_held(schema: str, good: str, bad: str) -> None:
    assert violation(good, schema) is None
    assert violation(bad, schema)


class Anything:
    """A dialect in which every pattern means anything."""

    def fault(self, pattern: str) -> str:
        return ""

    def found(self, pattern: str, text: str) -> bool:
        return True


def test_a_schema_may_have_patterns_of_another_dialect() -> None:
    schema = read_schema(json.dumps({"items": {"pattern": r"^\p{L}+$"}}), Anything())
    assert schema.violation('["žluť"]') == ""
    inner = {"unevaluatedProperties": False, "patternProperties": {r"\p{L}": {}, "[": {}}}
    with pytest.raises(SchemaFaultError, match="cannot be used here"):
        read_schema(json.dumps(inner), Anything()).violation('{"a": 1}')


def test_a_schema_file_is_read_up_to_a_limit(tmp_path) -> None:
    path = tmp_path / "schema.json"
    path.write_text('{"type": "null"}')
    assert JsonSchemaChecker(str(path)).grade("null", ASKED).status == "right"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(GradingError, match="larger than"):
        JsonSchemaChecker(str(path))
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(GradingError, match="a device"):
        JsonSchemaChecker(str(path))
