"""JSON Schema validation in a worker, because a schema's patterns can take for ever."""

import json
from typing import Any, cast

from jsonschema import validators


def violation(instance: str, schema: str) -> str | None:
    """The first way in which a JSON text violates a schema; `None` when it is valid."""
    parsed = json.loads(schema)
    validator = cast(Any, validators).validator_for(parsed)(parsed)
    error = next(iter(validator.iter_errors(json.loads(instance))), None)
    return None if error is None else f"{error.json_path}: {error.message}"[:300]
