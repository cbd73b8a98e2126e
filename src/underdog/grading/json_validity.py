"""Whether a JSON text satisfies a JSON Schema, with exact numbers and references inside the schema.

Numbers are decimals as they are written, never floats, so 0.3 is a multiple of 0.1. A reference
must point into the schema itself or at a published draft: nothing is fetched. What the jsonschema
library would only notice, or never end with, while it validates is refused when the schema is read.
Patterns are Python's unless the caller gives another dialect.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Protocol, cast

Json = Any

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class Dialect(Protocol):
    """A dialect of regular expressions."""

    def fault(self, pattern: str) -> str:
        """Why a pattern is none of the dialect; empty when it is one."""
        ...

    def found(self, pattern: str, text: str) -> bool:
        """Whether a pattern matches somewhere in a text."""
        ...


class PythonDialect:
    """The regular expressions of Python's `re`."""

    def fault(self, pattern: str) -> str:
        """Why a pattern is no regular expression of Python."""
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError) as error:
            return str(error)
        return ""

    def found(self, pattern: str, text: str) -> bool:
        """Whether a pattern matches somewhere in a text."""
        return re.search(pattern, text) is not None


class SchemaFaultError(ValueError):
    """A text is no JSON Schema that can be used; the message says why."""


class ExactNumber(Decimal):
    """A number as it is written in JSON."""

    __slots__ = ()

    def __repr__(self) -> str:
        """The number itself, for messages of the jsonschema library."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Schema:
    """A checked JSON Schema.

    Attributes:
        exact: The schema, its numbers exact.
        validator: A validator of the jsonschema library for it.
    """

    exact: Json
    validator: Any

    def violation(self, instance: str) -> str:
        """How a JSON text violates the schema; empty when it does not.

        Raises:
            ValueError: The text is no JSON.
            RecursionError: It is nested too deeply.
            SchemaFaultError: The schema has `unevaluatedProperties` beside patterns that Python's
                regular expressions do not have.
        """
        value = parse_exact(instance)
        try:
            error = next(iter(self.validator.iter_errors(value)), None)
        except re.error as fault:
            raise SchemaFaultError(f"its patterns cannot be used here: {fault}") from fault
        return "" if error is None else f"{error.json_path}: {error.message}"


def parse_exact(text: str) -> Json:
    """The value of a JSON text; fractions and numbers of many digits are `ExactNumber`.

    Raises:
        ValueError: The text is no JSON (NaN and infinities are none).
        RecursionError: It is nested too deeply.
    """
    return json.loads(text, parse_float=_exact, parse_int=_whole, parse_constant=_refuse)


def read_schema(text: str, dialect: Dialect | None = None) -> Schema:
    """A JSON Schema, checked.

    Args:
        text: The schema's JSON.
        dialect: What `pattern` and `patternProperties` hold; Python's regular expressions unless
            given.

    Raises:
        SchemaFaultError: The text is no JSON or no schema, a reference leads nowhere or round in a
            circle, or a pattern is malformed.
    """
    from jsonschema import SchemaError

    dialect = dialect or PythonDialect()
    try:
        plain: Json = json.loads(text)
        exact = parse_exact(text)
        draft = _draft(plain)
        draft.check_schema(plain, format_checker=None)
    except SchemaError as error:
        raise SchemaFaultError(f"{error.json_path}: {error.message}"[:300]) from error
    except (ValueError, RecursionError) as error:
        raise SchemaFaultError(str(error)) from error
    schema = Schema(exact, _validator(draft, exact, dialect))
    _check_parts(exact, draft, dialect)
    _check_end(schema)
    return schema


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Whether a number is a whole multiple of a step, exactly.

    Example:
        >>> is_multiple(Decimal("0.3"), Decimal("0.1"))
        True
        >>> is_multiple(Decimal("1e400"), Decimal("0.7"))
        False
    """
    (many, power), (few, its_power) = _parts(value), _parts(step)
    shift = power - its_power
    if not many or not few:
        return not many
    if shift >= 0:
        return many * pow(10, shift, few) % few == 0
    return -shift <= len(value.as_tuple().digits) and many % (few * 10**-shift) == 0


def _parts(number: Decimal) -> tuple[int, int]:
    """A number's digits as a whole number, and the power of ten that they are multiplied by."""
    _, digits, power = number.as_tuple()
    return int(Decimal((0, digits, 0))), int(power)


def _exact(text: str) -> ExactNumber:
    try:
        return ExactNumber(text)
    except ArithmeticError as error:
        raise ValueError(f"the number {text[:40]} is out of range") from error


def _whole(text: str) -> int | ExactNumber:
    return int(text) if len(text) < 1000 else _exact(text)


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is not JSON")


def _draft(schema: Json) -> Any:
    """The validator class of the draft that a schema names; the latest unless it is published."""
    from jsonschema import Draft202012Validator, validators
    from jsonschema_specifications import REGISTRY

    name = cast("dict[str, Json]", schema).get("$schema") if isinstance(schema, dict) else None
    known = isinstance(name, str) and name.rstrip("#") in {uri.rstrip("#") for uri in REGISTRY}
    return cast(Any, validators).validator_for(schema) if known else Draft202012Validator


def _validator(draft: Any, exact: Json, dialect: Dialect) -> Any:
    """A validator with exact numbers, the dialect's patterns, and nothing fetched."""
    from jsonschema import validators
    from jsonschema_specifications import REGISTRY

    types = draft.TYPE_CHECKER.redefine("integer", _is_integer)
    rules = {"multipleOf": _multiple_of, **_pattern_rules(dialect)}
    kind: Any = cast(Any, validators).extend(draft, rules, type_checker=types)
    return kind(exact, registry=REGISTRY)


def _is_integer(_: Any, value: Json) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _multiple_of(validator: Any, step: Json, value: Json, _: Json) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(value, "number") and not is_multiple(Decimal(value), Decimal(step)):
        yield ValidationError(f"{value!r} is not a multiple of {step!r}")


def _pattern_rules(dialect: Dialect) -> dict[str, Any]:
    rules = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    }
    return {name: partial(rule, dialect) for name, rule in rules.items()}


def _pattern(dialect: Dialect, validator: Any, wanted: str, value: Json, _: Json) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(value, "string") and not dialect.found(wanted, value):
        yield ValidationError(f"{value!r} does not match {wanted!r}")


def _pattern_properties(
    dialect: Dialect, validator: Any, wanted: Json, value: Json, _: Json
) -> Iterator[Any]:
    if not validator.is_type(value, "object"):
        return
    for key, inner in wanted.items():
        for name in value:
            if dialect.found(key, name):
                yield from validator.descend(value[name], inner, path=name, schema_path=key)


def _additional_properties(
    dialect: Dialect, validator: Any, allowed: Json, value: Json, schema: Json
) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not validator.is_type(value, "object"):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name in value:
        if name in known or any(dialect.found(key, name) for key in patterns):
            continue
        if allowed is False:
            yield ValidationError(f"additional property {name!r} is not allowed")
        else:
            yield from validator.descend(value[name], allowed, path=name)


def _check_parts(exact: Json, draft: Any, dialect: Dialect) -> None:
    """Refuse references that lead nowhere, and patterns that are none of the dialect."""
    from jsonschema_specifications import REGISTRY
    from referencing.exceptions import CannotDetermineSpecification, Unresolvable
    from referencing.jsonschema import DRAFT202012, specification_with

    try:
        rules = specification_with(draft.META_SCHEMA.get("$schema", ""), default=DRAFT202012)
        root = rules.create_resource(exact)
        waiting: list[Any] = [(root, REGISTRY.resolver_with_root(root))]
        while waiting:
            part, resolver = waiting.pop()
            contents: Json = part.contents
            if isinstance(contents, dict):
                told = cast("dict[str, Json]", contents)
                for reference in filter(_is_text, map(told.get, _REFERENCES)):
                    resolver.lookup(reference)
                _check_patterns(told, dialect)
            waiting += [(one, resolver.in_subresource(one)) for one in part.subresources()]
    except (Unresolvable, CannotDetermineSpecification) as error:
        raise SchemaFaultError(
            f"its reference {getattr(error, 'ref', '')!r} leads nowhere: put what it means under "
            "$defs in the schema itself, nothing is fetched"
        ) from error
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        raise SchemaFaultError(f"its references cannot be followed ({error})") from error


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _check_patterns(told: Mapping[str, Json], dialect: Dialect) -> None:
    given: list[Json] = [told.get("pattern")]
    keys: Json = told.get("patternProperties")
    given += list(cast("Mapping[str, Json]", keys)) if isinstance(keys, dict) else []
    for pattern in filter(_is_text, given):
        if why := dialect.fault(pattern):
            raise SchemaFaultError(f"its pattern {pattern[:80]!r} cannot be used: {why}")


_TRIALS: Sequence[str] = ("null", "true", "0", '""', "[]", "{}")


def _check_end(schema: Schema) -> None:
    """Refuse a schema that refers to itself without end: the plainest values show it."""
    try:
        for trial in _TRIALS:
            schema.violation(trial)
    except RecursionError as error:
        raise SchemaFaultError("it refers to itself without end") from error
