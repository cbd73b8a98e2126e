"""Solutions from completions: the answer, the vote key and the cost of each reply."""

from collections.abc import Sequence
from dataclasses import replace

from underdog.core import Completion, Question, Reading, Solution, Usage
from underdog.strategies.running.bench import Bench
from underdog.strategies.running.draw import PoolDraw
from underdog.strategies.running.ledger import price


def read_rows(
    draw: PoolDraw, rows: Sequence[tuple[int, Completion]], question: Question, bench: Bench
) -> list[Solution]:
    """Solutions, in the order of their completions.

    Args:
        draw: The draw that the completions come from.
        rows: Completions, each with its index in the pool.
        question: The question.
        bench: Source of the checker, and of the sandbox for forms that run programs.
    """
    prompt_tokens = max((row.usage.prompt_tokens for _, row in rows), default=0)
    solutions: list[Solution] = []
    for index, row in rows:
        text = draw.whole(row.text)
        reading, key = _read(draw, row, text, question, bench)
        usage = Usage(
            calls=1,
            prompt_tokens=prompt_tokens,
            cached_prompt_tokens=row.usage.cached_prompt_tokens,
            generated_tokens=row.usage.generated_tokens,
            seconds=row.usage.seconds,
        )
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
                usage=replace(price(usage, draw.engine.info), cost_usd=row.usage.cost_usd),
                detail=reading.detail,
            )
        )
    return solutions


def _read(
    draw: PoolDraw, row: Completion, text: str, question: Question, bench: Bench
) -> tuple[Reading, str | None]:
    """Reading and vote key of a reply; a reply cut before its answer has status `truncated`."""
    if row.finish in ("error", "cancelled"):
        return Reading(None, "engine_error", detail=row.error or row.finish), None
    checker = bench.task.checker
    reading = draw.form.read(text, question, checker, bench.sandbox)
    if row.finish == "length" and not (reading.strict and reading.answer is not None):
        return Reading(None, "truncated", strict=False, detail=reading.detail), None
    if reading.answer is None:
        return reading, None
    return reading, checker.vote_key(reading.answer, question)
