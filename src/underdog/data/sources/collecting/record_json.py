"""Records and replies as lines of JSON, for the journal and for people.

Text is escaped to ASCII, so that any model output is read back exactly. Reading checks the fields
and raises `DataError` for any other line.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar, cast

from underdog.core import Example, Problem, Question, Segment, Usage
from underdog.data.sources.source import Record, Reply
from underdog.errors import DataError

T = TypeVar("T")
Row = dict[str, Any]

_USAGE = tuple(column.name for column in fields(Usage))
_REPLY = ("text", "finish", "engine", "stop_string", "error", "prefix")
_RECORD = ("id", "seed", "reason", "detail", "question", "reply", "teacher", "key")


def write_usage(usage: Usage) -> Row:
    """The non-zero fields of a usage as JSON."""
    return {name: value for name in _USAGE if (value := getattr(usage, name))}


def write_reply(reply: Reply) -> Row:
    """A reply as JSON."""
    return {name: getattr(reply, name) for name in _REPLY} | {"usage": write_usage(reply.usage)}


def write_record(record: Record) -> Row:
    """A record as JSON, with its example and problem."""
    return {name: getattr(record, name) for name in _RECORD} | {
        "usage": write_usage(record.usage),
        "tags": dict(record.tags),
        "example": None if record.example is None else write_example(record.example),
        "problem": None if record.problem is None else _write_problem(record.problem),
    }


def write_example(example: Example) -> Row:
    """A training item as JSON: id, segments and tags."""
    segments = [{"text": s.text, "role": s.role, "weight": s.weight} for s in example.segments]
    return {"id": example.id, "segments": segments, "tags": dict(example.tags)}


def read_reply(row: object) -> Reply:
    """A reply from the JSON of `write_reply`; raises `DataError`."""
    return _checked(row, _reply)


def read_record(row: object) -> Record:
    """A record from the JSON of `write_record`; raises `DataError`."""
    return _checked(row, _record)


def _reply(cells: Row) -> Reply:
    cells["usage"] = Usage(**cells["usage"])
    return Reply(**cells)


def _record(cells: Row) -> Record:
    example, problem = cells["example"], cells["problem"]
    cells["usage"] = Usage(**cells["usage"])
    cells["example"] = None if example is None else _example(example)
    cells["problem"] = None if problem is None else _problem(problem)
    return Record(**cells)


def _example(cells: Row) -> Example:
    return Example(cells["id"], tuple(Segment(**one) for one in cells["segments"]), cells["tags"])


def _write_problem(problem: Problem) -> Row:
    question = problem.question
    return {
        "id": question.id,
        "task": question.task,
        "text": question.text,
        "choices": list(question.choices),
        "context": question.context,
        "fields": dict(question.fields),
        "gold": problem.gold,
        "split": problem.split,
        "meta": dict(problem.meta),
    }


def _problem(cells: Row) -> Problem:
    gold, split, meta = cells.pop("gold"), cells.pop("split"), cells.pop("meta")
    cells["choices"] = tuple(cells["choices"])
    return Problem(Question(**cells), gold, split, meta)


def _checked(row: object, make: Callable[[Row], T]) -> T:
    if not isinstance(row, Mapping):
        raise DataError(f"expected a JSON object, found {str(row)[:60]!r}")
    try:
        return make(dict(cast("Mapping[str, Any]", row)))
    except (TypeError, KeyError, AttributeError) as error:
        raise DataError(f"not a record of a collection: {error}") from error
