"""Numbers under a mask: what a mask cannot keep exactly is refused, what it takes it keeps."""

import json
import random
from decimal import Decimal

import numpy as np
import pytest

pytest.importorskip("llguidance")

from underdog.core import JsonSchema
from underdog.engines.shaping.constraints import ConstraintCompiler, byte_tokenizer
from underdog.errors import UsageError
from underdog.grading.json_validity import read_schema

END = 256


class Bytes:
    """A vocabulary of the 256 bytes and an end."""

    token_bytes = [*(bytes([byte]) for byte in range(256)), b""]  # noqa: RUF012
    ends = (END,)

    def encode(self, text: str, *, special: bool = True) -> list[int]:
        return list(text.encode())


COMPILER = ConstraintCompiler(lambda: byte_tokenizer(Bytes()))


def walk(schema: str, seed: int) -> str | None:
    """A text that the mask lets a random writer write; `None` when it did not come to an end."""
    matcher, rng = COMPILER.matcher(JsonSchema(schema)), random.Random(seed)
    written = bytearray()
    for _ in range(60):
        allowed = [int(token) for token in np.flatnonzero(matcher.mask())]
        if END in allowed and rng.random() < 0.4:
            return written.decode()
        tokens = [token for token in allowed if token != END and chr(token) not in " \n"]
        if not tokens:
            return written.decode() if END in allowed else None
        token = rng.choice(tokens)
        written.append(token)
        if matcher.accept(token):
            return written.decode()
    return None


REFUSED = [
    '{"type":"integer","minimum":9007199254740993,"maximum":9007199254740999}',
    '{"type":"integer","exclusiveMaximum":-9007199254740993}',
    '{"type":"object","properties":{"n":{"type":"integer","maximum":18446744073709551615}}}',
    '{"items":{"anyOf":[{"type":"integer","minimum":9007199254740992},{"type":"null"}]}}',
    '{"const":9007199254740993}',
    '{"enum":["a",[{"b":123456789012345678901}]]}',
    '{"const":12345678901234567.25}',
    '{"type":"number","minimum":0.12345678901234567890123}',
    '{"type":"number","maximum":1e400}',
    '{"type":"number","minimum":1e-400}',
    '{"type":"number","minimum":1e99999999999999999999}',
    '{"type":"integer","multipleOf":9007199254740993}',
    '{"type":"number","exclusiveMinimum":0,"maximum":0.5}',
    '{"type":"number","exclusiveMinimum":2.0,"exclusiveMaximum":2.75}',
    '{"type":"number","exclusiveMaximum":0,"exclusiveMinimum":-0.5}',
    '{"type":"number","exclusiveMaximum":-2,"minimum":-2.5}',
]


@pytest.mark.parametrize("schema", REFUSED)
def test_numbers_that_a_mask_would_not_keep_are_refused(schema: str) -> None:
    with pytest.raises(UsageError, match="cannot be enforced"):
        COMPILER.matcher(JsonSchema(schema))


KEPT = [
    '{"type":"integer","minimum":9007199254740985,"maximum":9007199254740991}',
    '{"type":"integer","exclusiveMinimum":-9007199254740991,"maximum":-9007199254740985}',
    '{"type":"number","exclusiveMinimum":0,"maximum":1}',
    '{"type":"number","exclusiveMinimum":0.25,"maximum":0.5}',
    '{"type":"integer","exclusiveMinimum":0,"maximum":5.5}',
    '{"type":"number","multipleOf":0.01,"minimum":0,"maximum":3}',
    '{"enum":[0.1,1e3,9007199254740991,true]}',
    '{"type":"object","properties":{"minimum":{"type":"integer","minimum":3}},'
    '"required":["minimum"],"additionalProperties":false}',
]


@pytest.mark.parametrize("schema", KEPT)
def test_numbers_that_a_mask_takes_it_keeps(schema: str) -> None:
    checked = read_schema(schema)
    found = [text for seed in range(60) if (text := walk(schema, seed))]
    assert found
    assert [text for text in found if checked.violation(text)] == []


def number(rng: random.Random, whole: bool) -> str:
    size = rng.choice([20, 10**6, (1 << 53) - 1])
    if whole or rng.random() < 0.3:
        return str(rng.randint(-size, size))
    return str(round(rng.uniform(-5, 5), rng.randint(0, 4)))


def test_random_ranges_are_kept_or_refused() -> None:
    rng = random.Random(7)
    kept = 0
    for _ in range(150):
        kind = rng.choice(["integer", "number"])
        low, high = sorted((number(rng, kind == "integer") for _ in range(2)), key=Decimal)
        parts = {
            "type": json.dumps(kind),
            rng.choice(["minimum", "exclusiveMinimum", "title"]): low,
            rng.choice(["maximum", "exclusiveMaximum", "title"]): high,
            rng.choice(["multipleOf", "title"]): rng.choice(["3", "0.1", "0.25"]),
        }
        parts["title"] = '"a range"'
        schema = "{" + ",".join(f'"{name}":{value}' for name, value in parts.items()) + "}"
        checked = read_schema(schema)
        for seed in range(4):
            try:
                text = walk(schema, seed)
            except UsageError:
                break
            assert not text or not checked.violation(text), (schema, text)
            kept += text is not None
    assert kept > 200
