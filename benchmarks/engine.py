"""Many samples of a prompt: tokens per second of our engine against other engines, in one run.

    python benchmarks/engine.py --out docs/studies/engine/smollm2-135m.md \
        --side "underdog=.venv/bin/python:openvino:model=m.gguf" \
        --side "llama.cpp wheel=.venv/bin/python:llama_cpp:model=m.gguf" \
        --side "OpenVINO GenAI int8=genai/bin/python:exported-folder" \
        --side "transformers bf16=.venv/bin/python:hf-folder"

A side is a name, the Python of its environment and what that loads; which script runs it follows
from the name's first word. The sides take turns in every round, so that a change of the machine's
load falls on all of them; the ratio of a round is taken within it. Replies end where the model ends
them, at 200 tokens at most; tokens are those that were generated.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = {
    "underdog": "underdog_engine.py",
    "llama.cpp": "underdog_engine.py",
    "OpenVINO": "openvino_genai_engine.py",
    "transformers": "transformers_engine.py",
}
CELLS = (
    {"name": "1 prompt x 1", "prompts": 1, "samples": 1, "max_tokens": 200},
    {"name": "1 prompt x 16", "prompts": 1, "samples": 16, "max_tokens": 200},
    {"name": "1 prompt x 64", "prompts": 1, "samples": 64, "max_tokens": 200},
    {"name": "32 prompts x 8", "prompts": 32, "samples": 8, "max_tokens": 200},
)
STORY = (
    "{name} runs a small {place}. On Monday {a} people come, on Tuesday {b} more than on Monday, "
    "and on Wednesday half as many as on Tuesday. Each of them pays {c} dollars. "
    "How much money does {name} take in over the three days? Explain every step in detail."
)
NAMES = ("Amara", "Boris", "Chidi", "Dolores", "Emre", "Farah", "Goran", "Hanako")
PLACES = ("museum", "swimming pool", "cinema", "climbing hall")


@dataclass(frozen=True)
class Side:
    """One engine with one model."""

    name: str
    python: str
    model: str

    @classmethod
    def parse(cls, text: str) -> "Side":
        """Read `NAME=PYTHON:MODEL`."""
        name, _, rest = text.partition("=")
        python, _, model = rest.partition(":")
        if name.split()[0] not in SCRIPTS or not model:
            raise SystemExit(f"--side {text!r}: give NAME=PYTHON:MODEL, NAME from {list(SCRIPTS)}")
        return cls(name, python, model)

    def measure(self, cells: list[dict[str, object]]) -> dict[str, object]:
        """Run all cells in a fresh process of its own environment."""
        task = json.dumps({"model": self.model, "prompts": prompts(), "cells": cells})
        script = HERE / "peers" / SCRIPTS[self.name.split()[0]]
        ran = subprocess.run(
            [self.python, str(script), task], capture_output=True, text=True, check=False
        )
        if ran.returncode:
            raise SystemExit(f"{self.name} failed:\n{ran.stderr[-2000:]}")
        return json.loads(ran.stdout.strip().splitlines()[-1])


def prompts() -> list[str]:
    """Thirty-two questions of our own, none of them from a benchmark."""
    return [
        STORY.format(
            name=NAMES[i % len(NAMES)],
            place=PLACES[i % len(PLACES)],
            a=40 + 2 * i,
            b=10 + 4 * i,
            c=3 + i % 5,
        )
        for i in range(32)
    ]


def rates(run: dict[str, object]) -> dict[str, float]:
    """Tokens per second by cell."""
    return {row["cell"]: row["tokens"] / row["seconds"] for row in run["rows"]}  # type: ignore[union-attr]


def table(sides: list[Side], runs: list[list[dict[str, object]]], cells: list[dict]) -> list[str]:
    """Medians, ranges and the first side's ratio to each, as Markdown."""
    lines = [
        "| cell | engine | tokens/s, median (range) | first side against it | peak MB | load s |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for cell in cells:
        for at, side in enumerate(sides):
            mine = [rates(turn[at])[cell["name"]] for turn in runs]
            ratios = [rates(turn[0])[cell["name"]] / rates(turn[at])[cell["name"]] for turn in runs]
            lines.append(
                f"| {cell['name']} | {side.name} | {statistics.median(mine):,.0f} "
                f"({min(mine):,.0f}-{max(mine):,.0f}) | {statistics.median(ratios):.2f}x "
                f"| {statistics.median(float(t[at]['peak_mb']) for t in runs):,.0f} "
                f"| {statistics.median(float(t[at]['load_s']) for t in runs):.1f} |"
            )
    return lines


def main() -> None:
    """Run rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--side", action="append", type=Side.parse, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cells", default="", help="names joined by ;, all when left out")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    chosen = options.cells.split(";") if options.cells else [cell["name"] for cell in CELLS]
    cells = [cell for cell in CELLS if cell["name"] in chosen]
    load = os.getloadavg()[0]
    runs = []
    for turn in range(options.rounds):
        runs.append([side.measure(cells) for side in options.side])
        for side, run in zip(options.side, runs[-1], strict=True):
            told = ", ".join(f"{cell} {rate:,.0f}" for cell, rate in rates(run).items())
            print(f"round {turn + 1}, {side.name}: {told}", file=sys.stderr, flush=True)
    text = [
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} "
        f"{platform.release()}; load when the run began {load:.1f}; {options.rounds} rounds.",
        "",
        *table(options.side, runs, cells),
    ]
    print("\n".join(text))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    main()
