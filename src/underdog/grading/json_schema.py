"""Answers that are JSON: extraction, canonical form, equality with gold, validity under a schema.

The canonical key is compact JSON with sorted keys and plainly written numbers, so key order, white
space and `1` against `1.0` do not matter, while the order of arrays does, unless told otherwise. A
wrong answer has partial credit for the single values that are right (F1). Strict extraction takes a
reply that is JSON as a whole, else the last fenced block or marked place that is; flexible
extraction takes the last object or array in the reply that parses.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
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


def canonical_json(text: str, unordered: bool = False) -> str | None:
    """Compact JSON with sorted keys and normalised numbers; `None` when the text is not JSON.

    Args:
        text: The text.
        unordered: Whether arrays are sorted too.

    Example:
        >>> canonical_json('{"b": 1.50, "a": [1.0]}')
        '{"a":[1],"b":1.5}'
    """
    if len(text) > MAX_JSON_CHARS:
        return None
    try:
        return _written(_DECODER.decode(text.strip()), unordered)
    except (ValueError, ArithmeticError, RecursionError):
        return None


@checkers.register("json_schema")
class JsonSchemaChecker:
    """JSON that equals the gold answer, satisfies a schema, or both.

    Args:
        schema: A JSON Schema, as text or as the path of a file; empty checks equality only. With a
            schema, a problem without gold asks for validity alone.
        timeout_s: Wall-clock seconds for one validation.
        unordered: Whether the order of arrays does not matter, as for lists of entities.
    """

    name = "json_schema"

    def __init__(
        self, schema: str = "", timeout_s: float = DEFAULT_TIMEOUT_S, unordered: bool = False
    ) -> None:
        self._schema = _load_schema(schema) if schema else ""
        self._unordered = unordered
        self._timeout_s = float(timeout_s)

    def extract(self, reply: str, question: Question) -> Extraction:
        """Strict: the whole reply, a fenced block or a marked place. Flexible: the last JSON."""
        strict = _strict(tail(reply))
        return Extraction(strict, strict or _last_json(tail(reply)))

    def vote_key(self, answer: str, question: Question) -> str:
        """The canonical JSON."""
        if answer.startswith(OPAQUE):
            return answer
        return canonical_json(answer, self._unordered) or opaque_key(answer)

    def equal(self, left: str, right: str, question: Question) -> bool:
        """Whether both are the same JSON value."""
        return self.vote_key(left, question) == self.vote_key(right, question)

    def grade(self, answer: str, problem: Problem) -> Grade:
        """Right when equal to the gold answer, where there is one, and valid under the schema."""
        if problem.gold is None and not self._schema:
            return NO_GOLD
        if problem.gold is not None and not self.equal(answer, problem.gold, problem.question):
            return self._partly(answer, problem.gold)
        return self._validated(answer) if self._schema else RIGHT

    def _partly(self, answer: str, gold: str) -> Grade:
        """Wrong, with the share of single values that are right."""
        if canonical_json(answer) is None or canonical_json(gold) is None:
            return WRONG
        found, wanted = (
            Counter(_values(_DECODER.decode(text.strip()), "$", self._unordered))
            for text in (answer, gold)
        )
        right, total = (found & wanted).total(), found.total() + wanted.total()
        detail = f"{right} of {wanted.total()} values right, {found.total() - right} others"
        return Grade("wrong", 2 * right / total if total else 0.0, detail)

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


def _written(value: object, unordered: bool) -> str:
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, dict):
        fields = cast(dict[str, object], value)
        members = sorted(
            (json.dumps(name), _written(item, unordered)) for name, item in fields.items()
        )
        return "{" + ",".join(f"{name}:{item}" for name, item in members) + "}"
    if isinstance(value, list):
        items = [_written(item, unordered) for item in cast(list[object], value)]
        return "[" + ",".join(sorted(items) if unordered else items) + "]"
    return json.dumps(value)


def _values(value: object, place: str, unordered: bool) -> Iterator[str]:
    """Each single value with its place; an array within an array without order is one value."""
    if isinstance(value, dict):
        for name, inner in cast(dict[str, object], value).items():
            yield from _values(inner, f"{place}.{json.dumps(name)}", unordered)
    elif isinstance(value, list) and not place.endswith("[]"):
        for number, inner in enumerate(cast(list[object], value)):
            yield from _values(inner, f"{place}[{'' if unordered else number}]", unordered)
    else:
        yield f"{place}={_written(cast(object, value), unordered)}"


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
