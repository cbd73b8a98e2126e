"""Throughput of the numeric checker against math-verify on the answers of three word-problem sets.

Both grade the same pairs in the same run: each gold answer of gsm8k, svamp and multiarith against
itself written with a dollar sign and cents, and against the next gold answer. math-verify parses
and verifies; ours reads and compares. Verdicts must be the same. Run from the repository root:

    python benchmarks/grading.py DATA_FOLDER
"""

import argparse
import json
import logging
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from math_verify import parse, verify

from underdog.core import Question
from underdog.grading import open_checker

SETS = ("gsm8k/test.jsonl", "svamp/test.jsonl", "multiarith/test.jsonl")
ROUNDS = 5
QUESTION = Question("benchmark", "benchmark", "?")


def load(folder: Path) -> list[tuple[str, str]]:
    """Pairs of an answer and a gold answer."""
    golds = [
        json.loads(line)["answer"]
        for name in SETS
        for line in (folder / name).read_text("utf-8").splitlines()
    ]
    following = [*golds[1:], golds[0]]
    return [(f"${gold}.00" if "." not in gold else gold, gold) for gold in golds] + list(
        zip(following, golds, strict=True)
    )


def ours(pairs: list[tuple[str, str]]) -> list[bool]:
    """Verdicts of the numeric checker."""
    checker = open_checker("numeric")
    return [checker.equal(answer, gold, QUESTION) for answer, gold in pairs]


def theirs(pairs: list[tuple[str, str]]) -> list[bool]:
    """Verdicts of math-verify."""
    return [bool(verify(parse(gold), parse(answer))) for answer, gold in pairs]


def seconds(
    grade: Callable[[list[tuple[str, str]]], list[bool]], pairs: list[tuple[str, str]]
) -> float:
    """Wall-clock seconds of one pass."""
    start = time.perf_counter()
    grade(pairs)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folder", type=Path)
    logging.disable(logging.WARNING)
    pairs = load(options.parse_args().folder)
    same = sum(a == b for a, b in zip(ours(pairs), theirs(pairs), strict=True))
    rounds = [(seconds(ours, pairs), seconds(theirs, pairs)) for _ in range(ROUNDS)]
    own, other = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratios = [second / first for first, second in rounds]
    print("| grader | pairs | seconds (median of 5) | pairs per second | microseconds per pair |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, spent in (("underdog numeric", own), ("math-verify parse + verify", other)):
        rate, each = len(pairs) / spent, 1e6 * spent / len(pairs)
        print(f"| {name} | {len(pairs)} | {spent:.3f} | {rate:,.0f} | {each:.1f} |")
    spread = f"{min(ratios):.1f} to {max(ratios):.1f}"
    print(f"\nRatio: {statistics.median(ratios):.1f} (rounds: {spread}).", end=" ")
    print(f"Equal verdicts: {same} of {len(pairs)}.")


if __name__ == "__main__":
    main()
