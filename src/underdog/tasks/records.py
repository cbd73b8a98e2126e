"""From a row to a problem by a task file's `[columns]`; all columns not named there stay private.

Only the columns named under question, choices, context and fields reach `Question`. All other
columns go to `Problem.meta`, a nested `meta` table spread out, where graders and reports find
them and solvers do not.
"""

import re
from collections.abc import Mapping

from underdog.core import JSONValue, Problem, Question
from underdog.errors import DataError, offer
from underdog.tasks.loaders import Row
from underdog.tasks.task_file import ColumnsTable, ColumnTable
from underdog.tasks.transforms import TRANSFORMS

_BLANK = re.compile(r"\{(\w+)\}")


def to_problem(
    row: Row, task: str, split: str, id: str, columns: ColumnsTable, instruction: str
) -> Problem:
    """Build one problem.

    Args:
        row: Values by column name.
        task: Name of the task.
        split: The task's name of the split.
        id: Problem id where `columns` names no id column.
        columns: Source column of each part of the problem.
        instruction: Text before the question's text, or around it if it has `{question}`;
            `{name}` stands for a public field. May be empty.

    Raises:
        DataError: A column is missing, empty, or of the wrong kind.
    """
    text = _required(row, "question", columns.question)
    fields = {name: _text(row, f"fields.{name}", rule) for name, rule in columns.fields.items()}
    question = Question(
        id=_required(row, "id", columns.id) if columns.id else id,
        task=task,
        text=_asked(instruction, text, fields),
        choices=_choices(row, columns.choices) if columns.choices else (),
        context=_text(row, "context", columns.context) if columns.context else "",
        fields=fields,
    )
    gold = _required(row, "answer", columns.answer) if columns.answer else None
    return Problem(question, gold, split, _meta(row, columns))


def _asked(instruction: str, text: str, fields: Mapping[str, str]) -> str:
    if "{question}" not in instruction:
        return f"{instruction}\n\n{text}" if instruction else text
    known = {**fields, "question": text}
    return _BLANK.sub(lambda blank: known.get(blank[1], blank[0]), instruction)


def _required(row: Row, use: str, rule: ColumnTable) -> str:
    text = _text(row, use, rule)
    if not text.strip():
        raise DataError(
            f"{row.where}: column {' + '.join(rule.column)!r} ({use}) is empty; "
            "fill it in or delete the row"
        )
    return text


def _text(row: Row, use: str, rule: ColumnTable) -> str:
    value = _value(row, use, rule)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return str(value)
    raise DataError(
        f"{row.where}: column {' + '.join(rule.column)!r} ({use}) should be text, found "
        f"{type(value).__name__} {value!r:.40}; name a transform, one of {', '.join(TRANSFORMS)}"
    )


def _choices(row: Row, rule: ColumnTable) -> tuple[str, ...]:
    value = _value(row, "choices", rule)
    if not isinstance(value, list) or not value:
        raise DataError(
            f"{row.where}: column {' + '.join(rule.column)!r} (choices) should be a list of "
            f"options, found {type(value).__name__} {value!r:.40}; see the transforms option_texts "
            "and choice_texts"
        )
    if None in value:
        raise DataError(
            f"{row.where}: column {' + '.join(rule.column)!r} (choices): option "
            f"{value.index(None) + 1} is empty; fill it in or delete the row"
        )
    return tuple(str(option) for option in value)


def _value(row: Row, use: str, rule: ColumnTable) -> JSONValue:
    values = [_lookup(row, use, name) for name in rule.column]
    there = [part for part in values if part is not None and part == part]  # NaN is not itself
    value = values[0] if len(values) == 1 else rule.join.join(map(str, there))
    for name in rule.transform:
        try:
            value = TRANSFORMS[name](value)
        except (ValueError, SyntaxError) as error:
            raise DataError(
                f"{row.where}: column {' + '.join(rule.column)!r} ({use}): transform {name!r} "
                f"does not fit: {error}"
            ) from error
    return value


def _lookup(row: Row, use: str, name: str) -> JSONValue:
    if name in row.values:
        return row.values[name]
    found: JSONValue = dict(row.values)
    for part in name.split("."):
        if not isinstance(found, dict) or part not in found:
            raise DataError(_missing(row, use, name))
        found = found[part]
    return found


def _missing(row: Row, use: str, name: str) -> str:
    known = list(row.values)
    for key, value in row.values.items():
        if isinstance(value, dict):
            known += [f"{key}.{inner}" for inner in value]
    instead = offer(name, known, "it has")
    return f"{row.where}: no column {name!r} ({use}); {instead} Set it under [columns]"


def _meta(row: Row, columns: ColumnsTable) -> Mapping[str, JSONValue]:
    used = _whole_columns(columns)
    meta: dict[str, JSONValue] = {}
    for name, value in row.values.items():
        if name == "meta" and isinstance(value, dict):
            meta.update(value)
        elif name not in used:
            meta[name] = value
    for name, rule in columns.meta.items():
        meta[name] = _value(row, f"meta.{name}", rule)
    return meta


def _whole_columns(columns: ColumnsTable) -> set[str]:
    rules = [columns.question, columns.answer, columns.id, columns.choices, columns.context]
    rules += list(columns.fields.values())
    return {name for rule in rules if rule for name in rule.column} | {columns.split or ""}
