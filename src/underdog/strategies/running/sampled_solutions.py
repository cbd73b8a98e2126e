"""Solutions from completions: the answer, the vote key and the cost of each reply."""

from collections.abc import Sequence
from dataclasses import replace

from underdog.core import Completion, FinishReason, Question, Reading, Solution
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.draw import PoolDraw
from underdog.strategies.running.pricing import priced, sample_cost
from underdog.strategies.running.wall_clock import CallTimes


def read_rows(
    draw: PoolDraw,
    rows: Sequence[tuple[int, Completion]],
    question: Question,
    bench: Bench,
    measured: CallTimes,
) -> list[Solution]:
    """Solutions, in the order of their completions.

    Args:
        draw: The draw that the completions come from.
        rows: Completions, each with its index in the pool.
        question: The question.
        bench: Source of the checker, and of the sandbox for forms that run programs.
        measured: Times of the call that gave the rows.
    """
    prompt_tokens = max((row.usage.prompt_tokens for _, row in rows), default=0)
    info = draw.engine.info
    solutions: list[Solution] = []
    for index, row in rows:
        text = draw.whole(row.text)
        if row.finish in ("error", "cancelled"):
            reading, key = Reading(None, "engine_error", detail=row.error or row.finish), None
        else:
            reading, key = _read(draw, row.finish, text, question, bench)
        solutions.append(
            Solution(
                index=index,
                engine=draw.role,
                form=draw.form.name,
                text=text,
                answer=reading.answer,
                vote_key=key,
                strict=reading.strict,
                status=reading.status,
                finish=row.finish,
                trace=row.trace,
                usage=sample_cost(
                    row.usage, prompt_tokens, info, measured, failed=row.finish == "error"
                ),
                detail=reading.detail,
                reader=draw.reader,
            )
        )
    return solutions


def read_again(
    draw: PoolDraw, solutions: Sequence[Solution], question: Question, bench: Bench
) -> list[Solution]:
    """Stored solutions with their answers read anew from the stored texts."""
    made: list[Solution] = []
    for one in solutions:
        reading, key = _read(draw, one.finish, one.text, question, bench)
        made.append(
            replace(
                one,
                answer=reading.answer,
                vote_key=key,
                strict=reading.strict,
                status=reading.status,
                detail=reading.detail,
                usage=priced(one.usage, draw.engine.info),
                reader=draw.reader,
            )
        )
    return made


def _read(
    draw: PoolDraw, finish: FinishReason, text: str, question: Question, bench: Bench
) -> tuple[Reading, str | None]:
    """Reading and vote key of a reply; a reply cut before its answer has status `truncated`."""
    checker = bench.task.checker
    reading = draw.form.read(text, question, checker, bench.sandbox)
    if finish == "length" and not (reading.strict and reading.answer is not None):
        return Reading(None, "truncated", strict=False, detail=reading.detail), None
    if reading.answer is None:
        return reading, None
    return reading, checker.vote_key(reading.answer, question)
