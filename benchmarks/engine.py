r"""Many samples of a prompt: tokens per second of our engine against other engines, in one run.

    python benchmarks/engine.py --rows runs/smollm2-135m.jsonl --out smollm2-135m.md \
        --side "underdog int8=.venv/bin/python:openvino:model=m.gguf,max_rows=64" \
        --side "OpenVINO GenAI int8=genai/bin/python:exported-folder" \
        --side "OpenVINO GenAI int8 k40=genai/bin/python:exported-folder#top_k=40" \
        --side "llama.cpp server=.venv/bin/python:m.gguf#slots=64" \
        --side "underdog llama_cpp=.venv/bin/python:llama_cpp:model=m.gguf" \
        --side "transformers=.venv/bin/python:hf-folder" \
        --side "vLLM=vllm/bin/python:hf-folder" \
        --less "transformers=3:1x1,1x16,1x64"

A side is a name, the Python of its environment and what that loads, with options behind `#`; the
name's first word chooses the script under `peers/`. In every round the sides take turns, each in a
fresh process, so that a change of the machine's load falls on all of them; the ratio of a round is
taken within it. Every cell is written to `--rows` as it is done: start again with the same file to
go on, or with `--rounds 0` to print what there is. `--less` gives a slow side fewer rounds or
cells. `--start` measures no cell but how long a side takes from nothing to its first token.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine_cells import DEFAULT, START, Cell, parse_cells
from engine_rows import Row, append_row, finished, read_rows
from engine_sides import Answer, Peer, PeerError, Side
from engine_table import report


@dataclass(frozen=True)
class Less:
    """Fewer rounds, or cells, for one side."""

    rounds: int
    cells: list[Cell]

    @classmethod
    def parse(cls, text: str) -> "tuple[str, Less]":
        """Read `NAME=ROUNDS:CELLS`."""
        name, _, rest = text.rpartition("=")
        rounds, _, cells = rest.partition(":")
        if not name or not rounds.isdecimal():
            raise SystemExit(f"--less {text!r}: give NAME=ROUNDS:CELLS, such as vLLM=3:1x1,1x16")
        return name, cls(int(rounds), parse_cells(cells or DEFAULT))


@dataclass(frozen=True)
class Plan:
    """What is measured, and where it is kept."""

    sides: list[Side]
    cells: list[Cell]
    less: dict[str, Less]
    rows: Path
    max_tokens: int
    threads: int
    limit_s: float

    def cells_of(self, side: Side, turn: int) -> list[Cell] | None:
        """What a side does in a round; `None` when it sits it out."""
        less = self.less.get(side.name)
        if less is None:
            return self.cells
        if turn >= less.rounds:
            return None
        return [cell for cell in self.cells if cell in less.cells]

    def row(self, side: Side, turn: int, cell: str) -> Row:
        """A row with nothing measured yet."""
        return Row(side.name, side.loaded, turn, cell, self.max_tokens, self.threads)


def play(plan: Plan, side: Side, turn: int) -> None:
    """One side's part of a round: what is not in the file yet."""
    cells = plan.cells_of(side, turn)
    done = finished(read_rows(plan.rows))
    names = [] if cells is None else [START, *map(str, cells)]
    missing = [name for name in names if plan.row(side, turn, name).key not in done]
    if not missing:
        return
    at, load = START, os.getloadavg()[0]
    try:
        with Peer(side, plan.threads, plan.limit_s) as peer:
            if START in missing:
                keep(plan, side, turn, START, 1, peer.start, load)
            for cell in cells or []:
                at, load = str(cell), os.getloadavg()[0]
                if at in missing:
                    answer = peer.ask(cell, plan.max_tokens)
                    keep(plan, side, turn, at, cell.rows, answer, load)
    except PeerError as error:
        base = plan.row(side, turn, at)
        append_row(plan.rows, Row(*base.key, load=load, error=str(error)))
        print(f"round {turn + 1}, {at}: {error}", file=sys.stderr, flush=True)


def keep(
    plan: Plan, side: Side, turn: int, cell: str, rows: int, answer: Answer, load: float
) -> None:
    """Write a row and say it."""
    base = plan.row(side, turn, cell)
    used = answer.used
    row = Row(*base.key, rows, answer.tokens, answer.seconds, used.cpu_s, used.peak_bytes, load)
    append_row(plan.rows, row)
    print(
        f"round {turn + 1}, {side.name}, {cell}: {row.tokens} tokens in {row.seconds:.2f} s = "
        f"{row.rate:,.0f}/s, {row.rate_per_cpu_s:,.0f} per processor second, "
        f"{row.peak_bytes / 1e6:,.0f} MB, load {load:.1f}",
        file=sys.stderr,
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run rounds and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--side", action="append", type=Side.parse, required=True)
    parser.add_argument("--less", action="append", type=Less.parse, default=[])
    parser.add_argument("--rows", type=Path, required=True, help="where every cell is kept")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cells", default=DEFAULT, help="PROMPTSxSAMPLES joined by commas")
    parser.add_argument("--tokens", type=int, default=200, help="tokens of every reply")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--limit", type=float, default=1200, help="seconds for one cell")
    parser.add_argument("--start", action="store_true", help="measure starts only")
    parser.add_argument("--out", type=Path, help="Markdown file")
    given = parser.parse_args(arguments)
    cells = [] if given.start else parse_cells(given.cells)
    plan = Plan(
        given.side, cells, dict(given.less), given.rows, given.tokens, given.threads, given.limit
    )
    for turn in range(given.rounds):
        print(f"round {turn + 1}: load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        for side in plan.sides:
            play(plan, side, turn)
    text = "\n".join(told(plan))
    print(text)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text + "\n")


def told(plan: Plan) -> list[str]:
    """The machine, and the tables of what is in the file."""
    mine = {(side.name, side.loaded) for side in plan.sides}
    rows = [
        row
        for row in read_rows(plan.rows)
        if (row.side, row.model) in mine
        and (row.max_tokens, row.threads) == (plan.max_tokens, plan.threads)
    ]
    machine = (
        f"{os.cpu_count()} cores, {plan.threads} threads for every side, Python "
        f"{platform.python_version()}, {platform.system()} {platform.release()}. Temperature 0.8, "
        "top-p 0.95."
    )
    return [machine, "", *report(rows, [side.name for side in plan.sides])]


if __name__ == "__main__":
    main()
