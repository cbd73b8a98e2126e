"""How sampling parameters are found again in stores and records."""

import json
from dataclasses import asdict

import pytest

from underdog.core import Choices, Constraint, Grammar, JsonSchema, Regex, SamplingParams

LATER = ("repetition_penalty", "presence_penalty", "frequency_penalty", "logit_bias", "constraint")
CONSTRAINTS: list[Constraint] = [
    JsonSchema('{"type": "integer"}'),
    Regex("[0-9]+"),
    Grammar('start: "a"'),
    Choices(("yes", "no")),
]


def test_parameters_of_before_keep_the_key_that_their_samples_were_stored_under() -> None:
    params = SamplingParams(0.8, 0.95, 40, 0.05, 200, ("\n\n", "##"), 5)
    assert json.dumps(params.key) == '[0.8, 0.95, 40, 0.05, 200, ["\\n\\n", "##"], 5]'
    before = {name: value for name, value in asdict(params).items() if name not in LATER}
    assert json.dumps(params.settings()) == json.dumps(before)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_a_constraint_makes_another_key_that_names_it(constraint: Constraint) -> None:
    plain, bound = SamplingParams(), SamplingParams(constraint=constraint)
    assert bound.shaped
    assert not plain.shaped
    assert json.dumps(bound.key) != json.dumps(plain.key)
    assert bound.settings()["constraint"]["kind"] == type(constraint).__name__
    json.dumps(bound.settings())


def test_penalties_of_the_same_size_have_keys_of_their_own() -> None:
    changed = [
        SamplingParams(presence_penalty=0.5),
        SamplingParams(frequency_penalty=0.5),
        SamplingParams(repetition_penalty=0.5),
        SamplingParams(logit_bias=((3, 0.5),)),
        SamplingParams(constraint=Regex("a")),
        SamplingParams(constraint=Choices(("a",))),
        SamplingParams(),
    ]
    assert len({json.dumps(params.key) for params in changed}) == len(changed)
    assert len(set(changed)) == len(changed)


def test_a_schema_may_be_given_as_a_mapping() -> None:
    assert JsonSchema.of({"type": "string", "const": "é"}).schema == (
        '{"type": "string", "const": "é"}'
    )
