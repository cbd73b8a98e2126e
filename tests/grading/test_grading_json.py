"""JSON answers: canonical form, schemas, extraction."""

import pytest

from underdog.core import Problem, Question
from underdog.errors import ConfigError, GradingError
from underdog.grading import open_checker
from underdog.grading.json_schema import JsonSchemaChecker, canonical_json
from underdog.grading.symbolic.validate import violation

QUESTION = Question("q", "t", "?")
SCHEMA = '{"type": "object", "required": ["name"], "properties": {"age": {"type": "integer"}}}'


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (' {"b": [1.0, true, null], "a": "é"} ', '{"a":"\\u00e9","b":[1,true,null]}'),
        ("1e2", "100"),
        ("1e400", "1E+400"),
        ("0.000", "0"),
        ("-1.50", "-1.5"),
        ("[1,]", None),
        ("Infinity", None),
        ("[" * 100_000, None),
        ("1" * 1_000_001, None),
    ],
)
def test_canonical_form(text, canonical):
    assert canonical_json(text) == canonical


def test_a_schema_alone_decides_when_there_is_no_gold():
    checker = JsonSchemaChecker(schema=SCHEMA)
    assert checker.grade('{"name": "x", "age": 3.0}', Problem(QUESTION)).status == "right"
    verdict = checker.grade('{"name": "x", "age": "3"}', Problem(QUESTION))
    assert verdict.status == "wrong"
    assert "$.age" in verdict.detail
    no_json = checker.grade("name: x", Problem(QUESTION))
    assert (no_json.status, no_json.score, no_json.detail) == ("wrong", 0.0, "not JSON")


def test_gold_and_schema_must_both_hold():
    checker = JsonSchemaChecker(schema=SCHEMA)
    assert checker.grade('{"name":"x"}', Problem(QUESTION, '{"name": "x"}')).status == "right"
    assert checker.grade('{"name":"y"}', Problem(QUESTION, '{"name": "x"}')).status == "wrong"
    assert checker.grade('{"age":1}', Problem(QUESTION, '{"age": 1}')).status == "wrong"


def test_a_schema_that_takes_for_ever_leaves_the_grade_undecided():
    schema = '{"type": "string", "pattern": "^(a+)+$"}'
    checker = JsonSchemaChecker(schema=schema, timeout_s=0.5)
    verdict = checker.grade('"' + "a" * 40 + '!"', Problem(QUESTION))
    assert verdict.status == "undecided"


def test_a_schema_may_be_a_file(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text(SCHEMA)
    checker = open_checker(f"json_schema:schema={path}")
    assert checker.grade("[]", Problem(QUESTION)).status == "wrong"


@pytest.mark.parametrize("schema", ["/nonexistent.json", "{", '{"type": "no such"}'])
def test_an_unusable_schema_is_refused(schema):
    with pytest.raises(GradingError):
        JsonSchemaChecker(schema=schema)


def test_validation_names_the_place():
    assert violation('{"name":1}', '{"properties":{"name":{"type":"string"}}}') is not None
    assert violation("{}", "{}") is None


@pytest.mark.parametrize(
    ("reply", "strict", "flexible"),
    [
        ('{"a": 1}', '{"a": 1}', '{"a": 1}'),
        ('Sure:\n```json\n{"a": 1}\n```', '{"a": 1}', '{"a": 1}'),
        ("Sure:\n```\nno\n```", None, None),
        ('The answer is {"a": 1}', '{"a": 1}', '{"a": 1}'),
        ('We get {"a": [1]} then {"b": 2} or {', None, '{"b": 2}'),
        ("nothing", None, None),
    ],
)
def test_extraction(reply, strict, flexible):
    found = open_checker("json_schema").extract(reply, QUESTION)
    assert (found.strict, found.flexible) == (strict, flexible)


@pytest.mark.parametrize(
    "spec", ["numeric:tolerance=1", "numeric:tolerance=0", "label:labels=yes", "math:timeout_s=0"]
)
def test_values_a_checker_cannot_use_are_refused(spec):
    with pytest.raises(ConfigError):
        open_checker(spec)


@pytest.mark.parametrize(
    ("answer", "status", "score"),
    [
        ('{"person": ["Bo", "Ann"], "group": ["U2"]}', "right", 1.0),
        ('{"person": ["Ann"], "group": ["U2"]}', "wrong", 0.8),
        ('{"person": ["Ann", "Bo"], "place": ["U2"]}', "wrong", 2 / 3),
        ('{"person": ["Ann", "Ann", "Bo"], "group": ["U2"]}', "wrong", 6 / 7),
        ("{}", "wrong", 0.0),
        ("nothing", "wrong", 0.0),
    ],
)
def test_lists_without_order_are_graded_value_by_value(answer, status, score):
    problem = Problem(QUESTION, '{"group": ["U2"], "person": ["Ann", "Bo"]}')
    grade = open_checker("json_schema:unordered=true").grade(answer, problem)
    assert (grade.status, grade.score) == (status, pytest.approx(score))


def test_the_order_of_lists_matters_unless_told_otherwise():
    problem = Problem(QUESTION, '[["a", 1], ["b", 2]]')
    assert open_checker("json_schema").grade('[["b", 2], ["a", 1]]', problem).score == 0.0
    pairs = open_checker("json_schema:unordered=true")
    assert pairs.grade('[["b", 2], ["a", 1.0]]', problem).status == "right"
    assert pairs.grade('[["b", 2], ["a", 2]]', problem).score == 0.5
