"""The columns of a data set, and conversion between their rows and `Example` objects.

Chat trainers read `messages`; other trainers read `prompt` and `completion`. `segments` is null for
examples with one segment per turn, of weight 1 for the last turn and 0 for the others, since
`messages` holds the same. Tags without a column of their own are one JSON object in `tags`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from underdog.core import Example, JSONValue, Message, Segment
from underdog.core.example import reply_learned
from underdog.data.dataset.arrow import Table, arrow

TEXT_TAGS = ("question", "answer", "family", "source", "form", "split", "key")
STEP_FIELDS = ("name", "formula", "value", "text", "question")
_OWN = frozenset((*TEXT_TAGS, "difficulty", "choices", "steps"))


def schema() -> Any:
    """The columns of a data set, a `pyarrow.Schema`."""
    pa = arrow()
    text = pa.string()
    turn = pa.struct([("role", text), ("content", text)])
    segment = pa.struct([("text", text), ("role", text), ("weight", pa.float32())])
    step = pa.struct([(name, text) for name in STEP_FIELDS])
    return pa.schema(
        [
            ("id", text),
            ("prompt", text),
            ("completion", text),
            ("messages", pa.list_(turn)),
            ("segments", pa.list_(segment)),
            *((name, text) for name in TEXT_TAGS),
            ("difficulty", pa.float64()),
            ("choices", pa.list_(text)),
            ("steps", pa.list_(step)),
            ("tags", text),
        ]
    )


def table_of(examples: Sequence[Example]) -> Table:
    """Examples as a table with the columns of `schema`."""
    messages = [example.messages for example in examples]
    columns: dict[str, list[Any]] = {
        "id": [example.id for example in examples],
        "prompt": [example.prompt for example in examples],
        "completion": [example.completion for example in examples],
        "messages": [
            [{"role": turn.role, "content": turn.content} for turn in turns] for turns in messages
        ],
        "segments": [_unusual(example) for example in examples],
        "difficulty": [example.tags.get("difficulty") for example in examples],
        "choices": [example.tags.get("choices") or [] for example in examples],
        "steps": [example.tags.get("steps") or [] for example in examples],
        "tags": [_others(example.tags) for example in examples],
    }
    for name in TEXT_TAGS:
        columns[name] = [_text(example.tags.get(name)) for example in examples]
    return arrow().table(columns, schema=schema())


def examples_of(table: Table) -> Iterator[Example]:
    """The rows of a table as examples."""
    for row in table.to_pylist():
        yield _example(row)


def _example(row: dict[str, Any]) -> Example:
    tags: dict[str, JSONValue] = {
        name: row[name] for name in (*TEXT_TAGS, "difficulty") if row[name] is not None
    }
    tags |= {name: row[name] for name in ("choices", "steps") if row[name]}
    tags |= cast("dict[str, JSONValue]", json.loads(row["tags"] or "{}"))
    if row["segments"] is not None:
        segments = tuple(
            Segment(piece["text"], piece["role"], piece["weight"]) for piece in row["segments"]
        )
    else:
        segments = reply_learned([Message(**turn) for turn in row["messages"]])
    return Example(row["id"], segments, tags)


def _unusual(example: Example) -> list[dict[str, JSONValue]] | None:
    roles = [segment.role for segment in example.segments]
    plain = all(left != right for left, right in pairwise(roles))
    weights = [segment.weight for segment in example.segments]
    if plain and weights == [0.0] * (len(weights) - 1) + [1.0]:
        return None
    return [
        {"text": piece.text, "role": piece.role, "weight": piece.weight}
        for piece in example.segments
    ]


def _others(tags: Mapping[str, JSONValue]) -> str:
    rest = {name: value for name, value in tags.items() if name not in _OWN}
    return json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else "{}"


def _text(value: JSONValue) -> str | None:
    return None if value is None else str(value)
