"""Compare our checkers with math-verify on the answers of every number or LaTeX data set.

Four kinds of pairs per gold answer: with itself, with the same answer written otherwise, with a
wrong answer made from it, and with the next different gold answer. Run it from the repository root:

    python docs/studies/grading/compare.py DATA_FOLDER > disagreements.csv

The table of counts goes to standard error. A slice is taken with `--every N`.
"""

import argparse
import csv
import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from math_verify import parse, verify

from underdog.core import Question
from underdog.grading import open_checker

NUMERIC = [
    "gsm8k",
    "svamp",
    "multiarith",
    "mawps",
    "addsub",
    "singleeq",
    "singleop",
    "gsm_hard",
    "aime24",
    "amc23",
    "tinygsm_style",
    "msat",
    "mult_implicit_cot",
    "teaching_arithmetic",
]
MATH = ["math500", "olympiadbench"]
MADE_BY_RULE = {"msat", "mult_implicit_cot", "teaching_arithmetic"}
CAP = 500
QUESTION = Question("compare", "compare", "?")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to compare."""

    kind: str
    data: str
    gold: str
    answer: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What both graders say of a pair."""

    pair: Pair
    ours: bool
    theirs: bool


def golds(folder: Path, data: str) -> list[str]:
    """Different gold answers of a data set, in order of first appearance."""
    seen: dict[str, None] = {}
    for path in sorted((folder / data).glob("*.jsonl")):
        for line in filter(None, path.read_text("utf-8").split("\n")):
            seen[json.loads(line)["answer"]] = None
    answers = list(seen)
    return answers[:CAP] if data in MADE_BY_RULE else answers


def rewritten(gold: str, numeric: bool) -> Iterator[str]:
    """The same answer, written otherwise."""
    if not numeric:
        yield rf"\boxed{{{_bare(gold)}}}"
        yield gold.replace(r"\frac", r"\dfrac").replace(" ", "")
        if r"\left" not in gold:
            yield gold.replace("(", r"\left(").replace(")", r"\right)")
        return
    value = Fraction(gold)
    yield f"${gold}"
    yield f"{gold} dollars"
    if value.denominator == 1:
        yield f"{int(value):,}"
        yield f"{int(value)}.00"
        yield rf"\frac{{{2 * int(value)}}}{{2}}"
    else:
        yield rf"\frac{{{value.numerator}}}{{{value.denominator}}}"


def wrong(gold: str, numeric: bool) -> Iterator[str]:
    """Wrong answers that look like the right one."""
    if numeric:
        value = Fraction(gold)
        for other in (value + 1, -value if value else value + 2, value * 10 + 1):
            yield str(other) if other.denominator == 1 else repr(float(other))
        return
    digits = [position for position, character in enumerate(gold) if character in "12345678"]
    for position in (digits[:1] + digits[-1:]) if digits else []:
        yield gold[:position] + str(int(gold[position]) + 1) + gold[position + 1 :]
    yield f"-({_bare(gold)})"
    yield f"{_bare(gold)}+1"


def pairs(folder: Path, every: int = 1, sets: Sequence[str] = ()) -> Iterator[Pair]:
    """All pairs, or those of every n-th gold answer, of all data sets or of some."""
    for data in sets or [*NUMERIC, *MATH]:
        numeric = data in NUMERIC
        answers = golds(folder, data)[::every]
        for gold, other in zip(answers, [*answers[1:], *answers[:1]], strict=True):
            yield Pair("same", data, gold, gold)
            yield from (Pair("rewritten", data, gold, text) for text in rewritten(gold, numeric))
            yield from (Pair("wrong", data, gold, text) for text in wrong(gold, numeric))
            yield Pair("across", data, gold, other)


def _bare(text: str) -> str:
    """The text without the dollars that delimit mathematics."""
    return re.sub(r"(?<!\\)\$", "", text)


def judge(pair: Pair) -> Verdict:
    """Ask both graders."""
    checker = open_checker("numeric" if pair.data in NUMERIC else "math")
    ours = checker.equal(pair.answer, pair.gold, QUESTION)
    gold, answer = (_parsed(text, pair.data) for text in (pair.gold, pair.answer))
    return Verdict(pair, ours, bool(verify(gold, answer)))


def _parsed(text: str, data: str) -> list[object]:
    latex = data in MATH or "\\" in text
    return parse(f"${_bare(text)}$" if latex else text)


def main() -> None:
    """Write every disagreement to standard output, the counts to standard error."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--every", type=int, default=1)
    options.add_argument("--sets", nargs="*", default=[])
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    counts: Counter[tuple[str, str]] = Counter()
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["kind", "data", "gold", "answer", "ours", "math_verify"])
    for pair in pairs(chosen.folder, chosen.every, chosen.sets):
        verdict = judge(pair)
        outcome = "agree" if verdict.ours == verdict.theirs else "differ"
        counts[pair.kind, outcome] += 1
        if outcome == "differ":
            row = [pair.kind, pair.data, pair.gold, pair.answer, verdict.ours, verdict.theirs]
            table.writerow(row)
    for (kind, outcome), count in sorted(counts.items()):
        print(f"{kind:10} {outcome:7} {count}", file=sys.stderr)


if __name__ == "__main__":
    main()
