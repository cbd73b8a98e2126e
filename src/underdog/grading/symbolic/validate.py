"""Whether a JSON text satisfies a schema; in a worker, because a pattern can take for ever."""

from underdog.grading.json_validity import read_schema


def violation(instance: str, schema: str) -> str | None:
    """The first way in which a JSON text violates a schema; `None` when it is valid."""
    return read_schema(schema).violation(instance)[:300] or None
