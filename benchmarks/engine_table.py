"""The engine benchmark's rows as Markdown: medians, ranges, ratios within a round, memory."""

import statistics
from collections.abc import Callable, Sequence

from engine_cells import START
from engine_rows import Row


def report(rows: Sequence[Row], sides: Sequence[str]) -> list[str]:
    """Tables of what there is so far.

    Args:
        rows: What was measured.
        sides: Their order; the first one is compared with the others.
    """
    good = [row for row in rows if not row.error]
    cells = list(dict.fromkeys(row.cell for row in good if row.cell != START))
    lines = [*_loads(good), "", _lengths(good), ""]
    if cells:
        lines += [*_speeds(good, sides, cells), ""]
    lines += [*_starts(good, sides), ""]
    failures = dict.fromkeys(
        f"- {row.side}, {row.cell}: {row.error.splitlines()[-1]}" for row in rows if row.error
    )
    return lines + (["Failed:", "", *failures, ""] if failures else [])


def _loads(rows: Sequence[Row]) -> list[str]:
    turns = sorted({row.turn for row in rows})
    first = {turn: next(row.load for row in rows if row.turn == turn) for turn in turns}
    told = ", ".join(f"{first[turn]:.1f}" for turn in turns)
    return [f"Rounds: {len(turns)}. Load average when each began: {told}."]


def _lengths(rows: Sequence[Row]) -> str:
    asked = sorted({row.max_tokens for row in rows})
    sampled = [row for row in rows if row.cell != START]
    short = {row.side for row in sampled if row.tokens != row.rows * row.max_tokens}
    text = f"Replies of {' or '.join(map(str, asked))} tokens; ends of turn are ignored."
    if short:
        text += f" Not so long by themselves: {', '.join(sorted(short))}; rates are of real tokens."
    return text


def _speeds(rows: Sequence[Row], sides: Sequence[str], cells: Sequence[str]) -> list[str]:
    lines = [
        "| prompts x samples | engine | model | rounds | tokens/s, median (range) "
        "| per processor second | first side against it (range) | peak MB |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for cell in cells:
        of_cell = [row for row in rows if row.cell == cell]
        for side in sides:
            mine = [row for row in of_cell if row.side == side]
            if not mine:
                continue
            memory = statistics.median(row.peak_bytes for row in mine) / 1e6
            lines.append(
                f"| {cell} | {side} | {mine[0].model} | {len(mine)} "
                f"| {_spread(mine, lambda row: row.rate)} "
                f"| {statistics.median(row.rate_per_cpu_s for row in mine):,.0f} "
                f"| {_ratio(of_cell, sides[0], side)} | {memory:,.0f} |"
            )
    return lines


def _starts(rows: Sequence[Row], sides: Sequence[str]) -> list[str]:
    lines = [
        "From starting the process to its first token:",
        "",
        "| engine | starts | seconds, median (range) | processor seconds | peak MB |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for side in sides:
        mine = [row for row in rows if row.side == side and row.cell == START]
        if mine:
            memory = statistics.median(row.peak_bytes for row in mine) / 1e6
            lines.append(
                f"| {side} | {len(mine)} | {_spread(mine, lambda row: row.seconds, 2)} "
                f"| {_spread(mine, lambda row: row.cpu_s, 2)} | {memory:,.0f} |"
            )
    return lines


def _spread(rows: Sequence[Row], of: Callable[[Row], float], digits: int = 0) -> str:
    numbers = [of(row) for row in rows]
    low, high = min(numbers), max(numbers)
    return f"{statistics.median(numbers):,.{digits}f} ({low:,.{digits}f}-{high:,.{digits}f})"


def _ratio(rows: Sequence[Row], first: str, side: str) -> str:
    """The first side's rate over the side's, taken within each round."""
    ours = {row.turn: row.rate for row in rows if row.side == first}
    ratios = [
        ours[row.turn] / row.rate
        for row in rows
        if row.side == side and row.turn in ours and row.rate
    ]
    if not ratios or side == first:
        return "-"
    return f"{statistics.median(ratios):.2f}x ({min(ratios):.2f}-{max(ratios):.2f})"
