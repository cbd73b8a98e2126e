"""Solutions, scores and usages as database rows and back, without loss."""

import json
import math
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from underdog.core import Solution, StoredScore, Usage
from underdog.runs.store.checksums import real
from underdog.runs.store.schema import USAGE_COLUMNS
from underdog.runs.store.traces import decode_trace, encode_trace

SOLUTION_COLUMNS = (
    "idx",
    "engine",
    "form",
    "text",
    "answer",
    "vote_key",
    "strict",
    "status",
    "finish",
    "trace",
    "scores",
    "detail",
    *USAGE_COLUMNS,
    "reader",
)
SCORE_COLUMNS = ("idx", "score", *USAGE_COLUMNS)

_usage_values = attrgetter(*USAGE_COLUMNS)


def usage_row(usage: Usage) -> tuple[Any, ...]:
    """The values of `USAGE_COLUMNS`, each of the type that SQLite gives back."""
    values = _usage_values(usage)
    reals = (values[6] + 0.0, values[7] + 0.0, values[8] + 0.0, values[9] + 0.0)
    return values[:6] + reals


def text_cell(text: str | None) -> str | bytes | None:
    """A cell for free text; bytes where lone surrogates keep it from being valid UTF-8."""
    if text is None or text.isascii():
        return text
    data = text.encode("utf-8", "surrogatepass")
    try:
        data.decode()
    except UnicodeDecodeError:
        return data
    return text


def cell_text(cell: str | bytes | None) -> str | None:
    """The text of a cell made by `text_cell`."""
    return cell.decode("utf-8", "surrogatepass") if isinstance(cell, bytes) else cell


def solution_row(solution: Solution) -> tuple[Any, ...]:
    """The values of `SOLUTION_COLUMNS`."""
    return (
        solution.index,
        solution.engine,
        solution.form,
        text_cell(solution.text),
        text_cell(solution.answer),
        text_cell(solution.vote_key),
        int(solution.strict),
        solution.status,
        solution.finish,
        encode_trace(solution.trace),
        _scores_cell(solution.scores),
        text_cell(solution.detail),
        *usage_row(solution.usage),
        solution.reader,
    )


def row_solution(row: tuple[Any, ...]) -> Solution:
    """The solution of a row made by `solution_row`; cells after it are left alone."""
    index, engine, form, text, answer, key, strict, status, finish, trace, scores, detail = row[:12]
    return Solution(
        index=index,
        engine=engine,
        form=form,
        text=cell_text(text) or "",
        answer=cell_text(answer),
        vote_key=cell_text(key),
        strict=bool(strict),
        status=status,
        finish=finish,
        trace=decode_trace(trace),
        usage=Usage(*row[12:22]),
        scores=json.loads(scores) if scores else {},
        detail=cell_text(detail) or "",
        reader=row[22],
    )


def score_row(index: int, stored: StoredScore) -> tuple[Any, ...]:
    """The values of `SCORE_COLUMNS`. NaN is stored as no score."""
    score = stored.score
    kept = None if score is None or math.isnan(score) else real(score)
    return (index, kept, *usage_row(stored.usage))


def row_score(row: tuple[Any, ...]) -> tuple[int, StoredScore]:
    """The index and score of a row made by `score_row`; cells after it are left alone."""
    return row[0], StoredScore(row[1], Usage(*row[2:12]))


def _scores_cell(scores: Mapping[str, float]) -> str | None:
    return json.dumps(dict(scores)) if scores else None
