"""Answers that are JSON: extraction, canonical form, equality with gold, validity under a schema.

The canonical key is compact JSON with sorted keys and plainly written numbers, so key order, white
space and `1` against `1.0` do not matter, while the order of arrays does. Strict extraction takes a
reply that is JSON as a whole, else the last fenced block or marked place that is; flexible
extraction takes the last object or array in the reply that parses.
"""

import json
import re
from decimal import Context, Decimal
from pathlib import Path
from typing import cast

from underdog.core import Extraction, Grade, JSONValue, Problem, Question
from underdog.errors import GradingError
from underdog.files import read_bounded
from underdog.grading import checkers
from underdog.grading.json_validity import read_schema
from underdog.grading.markers import MarkedPlace, read_marked, tail
from underdog.grading.pool import DEFAULT_TIMEOUT_S, default_pool
from underdog.grading.verdicts import NO_GOLD, OPAQUE, RIGHT, WRONG, opaque_key, undecided

MAX_JSON_CHARS = 1_000_000
_MAX_SCHEMA_BYTES = 1 << 22
_MAX_STARTS = 200
_FENCE = re.compile(r"```(?:json|JSON)?[ \t]*\n(.*?)```", re.DOTALL)
_START = re.compile(r"[{\[]")


def canonical_json(text: str) -> str | None:
    """Compact JSON with sorted keys and normalised numbers; `None` when the text is not JSON.

    Example:
        >>> canonical_json('{"b": 1.50, "a": [1.0]}')
        '{"a":[1],"b":1.5}'
    """
    if len(text) > MAX_JSON_CHARS:
        return None
    try:
        return _written(_DECODER.decode(text.strip()))
    except (ValueError, ArithmeticError, RecursionError):
        return None


@checkers.register("json_schema")
class JsonSchemaChecker:
    """JSON that equals the gold answer, satisfies a schema, or both.

    Args:
        schema: A JSON Schema, as text or as the path of a file; empty checks equality only. With a
            schema, a problem without gold asks for validity alone.
        timeout_s: Wall-clock seconds for one validation.
    """

    name = "json_schema"

    def __init__(self, schema: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self._schema = _load_schema(schema) if schema else ""
        self._timeout_s = float(timeout_s)

    def extract(self, reply: str, question: Question) -> Extraction:
        """Strict: the whole reply, a fenced block or a marked place. Flexible: the last JSON."""
        strict = _strict(tail(reply))
        return Extraction(strict, strict or _last_json(tail(reply)))

    def vote_key(self, answer: str, question: Question) -> str:
        """The canonical JSON."""
        if answer.startswith(OPAQUE):
            return answer
        return canonical_json(answer) or opaque_key(answer)

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Whether both are the same JSON value."""
        return self.vote_key(left, question) == self.vote_key(right, question)

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right when equal to the gold answer, where there is one, and valid under the schema."""
        if problem.gold is None and not self._schema:
            return NO_GOLD
        if problem.gold is not None and not self.equal(answer, problem.gold, problem.question):
            return WRONG
        return self._validated(answer) if self._schema else RIGHT

    def _validated(self, answer: str) -> Grade:
        instance = canonical_json(answer)
        if instance is None:
            return Grade("wrong", 0.0, "not JSON")
        request: dict[str, JSONValue] = {"op": "validate", "args": [instance, self._schema]}
        reply = default_pool().call(request, self._timeout_s)
        if reply.status != "ok":
            return undecided(reply.detail)
        return RIGHT if reply.value is None else Grade("wrong", 0.0, str(reply.value))


def _load_schema(schema: str) -> str:
    given = schema.lstrip().startswith("{")
    try:
        text = schema if given else read_bounded(Path(schema), _MAX_SCHEMA_BYTES).decode()
        read_schema(text)
    except OSError as error:
        raise GradingError(f"cannot read the schema {schema!r}: {error.strerror}") from error
    except ValueError as error:
        reason = str(error).partition("\n")[0]
        raise GradingError(f"{schema[:80]!r} is not a JSON Schema: {reason}") from error
    return text


def _refuse(constant: str) -> JSONValue:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)


def _written(value: object) -> str:
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, dict):
        fields = cast(dict[str, object], value)
        members = sorted((json.dumps(name), _written(item)) for name, item in fields.items())
        return "{" + ",".join(f"{name}:{item}" for name, item in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_written(item) for item in cast(list[object], value)) + "]"
    return json.dumps(value)


def _number(value: Decimal) -> str:
    digits = value.as_tuple().digits
    if not any(digits):
        return "0"
    wide = Context(prec=len(digits) + 1, Emax=10**17, Emin=-(10**17))
    plain = value.normalize(wide)
    return f"{plain:f}" if abs(plain.adjusted()) <= 20 else str(plain)


def _strict(reply: str) -> str | None:
    if canonical_json(reply) is not None:
        return reply.strip()
    for block in reversed(_FENCE.findall(reply)):
        if canonical_json(block) is not None:
            return block.strip()
    return read_marked(reply, _json_at)


def _json_at(place: MarkedPlace) -> str | None:
    return place.text if canonical_json(place.text) is not None else None


def _last_json(reply: str) -> str | None:
    starts = [match.start() for match in _START.finditer(reply)][:_MAX_STARTS]
    last, end = None, 0
    for start in starts:
        if start < end:
            continue
        try:
            _, end = _DECODER.raw_decode(reply, start)
        except (ValueError, ArithmeticError, RecursionError):
            continue
        last = reply[start:end]
    return last
