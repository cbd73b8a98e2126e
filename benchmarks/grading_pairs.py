"""Verdicts of underdog and of math-verify on the judged pairs of tests/grading/judged, in one run.

Each pair says whether two answers are the same, and why. A false accept is an unequal pair that a
grader takes for equal, a false reject an equal pair that it takes for unequal. Pairs of whole
replies are read first and then graded against the gold answer. math-verify grades what it is meant
for, numbers and mathematics with and without units; it is given the right side as the gold answer,
formulas between dollar signs, and the whole reply where there is one. Run from the repository root:

    python benchmarks/grading_pairs.py [--csv DISAGREEMENTS] [--outcomes ALL] [--heldout]
"""

import argparse
import csv
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from math_verify import parse, verify

from underdog.core import Checker, Problem, Question
from underdog.grading import open_checker

JUDGED = Path(__file__).parents[1] / "tests" / "grading" / "judged"
HELD_OUT = "heldout.jsonl"
MATHEMATICAL = ("numeric", "math")
"""Checkers whose answers math-verify is meant for."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers, or a reply and a gold answer, with the judgement on them.

    Attributes:
        checker: The checker, with its settings.
        kind: What the pair is about.
        left: The answer, or the whole reply.
        right: The other answer, or the gold answer.
        equal: Whether they are the same answer.
        why: The reason.
        question: The public part of the problem.
        reply: Whether `left` is a whole reply.
        known: Why underdog is known to judge otherwise; empty for most.
    """

    checker: str
    kind: str
    left: str
    right: str
    equal: bool
    why: str
    question: Question
    reply: bool
    known: str


def load(held_out: bool) -> list[Pair]:
    """The judged pairs: the held-out ones, or all the others."""
    return [
        _pair(json.loads(line))
        for path in sorted(JUDGED.glob("*.jsonl"))
        if (path.name == HELD_OUT) == held_out
        for line in path.read_text("utf-8").splitlines()
    ]


def _pair(row: dict[str, object]) -> Pair:
    choices = row.get("choices")
    question = Question(
        "pair",
        "pairs",
        str(row.get("question", "?")),
        tuple(choices) if isinstance(choices, list) else (),
    )
    reply = "reply" in row
    return Pair(
        checker=str(row["checker"]),
        kind=str(row["kind"]),
        left=str(row["reply" if reply else "left"]),
        right=str(row["gold" if reply else "right"]),
        equal=bool(row["equal"]),
        why=str(row["why"]),
        question=question,
        reply=reply,
        known=str(row.get("known", "")),
    )


@cache
def _checker(name: str) -> Checker:
    return open_checker(name)


def ours(pair: Pair) -> bool:
    """Whether underdog takes the pair for equal."""
    checker = _checker(pair.checker)
    if not pair.reply:
        return checker.equal(pair.left, pair.right, pair.question)
    answer = checker.extract(pair.left, pair.question).flexible
    if answer is None:
        return False
    if pair.checker == "code":  # its grades run tests; a judged pair is about the reading
        return checker.equal(answer, pair.right, pair.question)
    return checker.grade(answer, Problem(pair.question, pair.right)).status == "right"


def theirs(pair: Pair) -> bool | None:
    """Whether math-verify takes the pair for equal; `None` where it is not meant for it."""
    if pair.checker not in MATHEMATICAL:
        return None
    formula = pair.checker == "math"
    gold = f"${pair.right}$" if formula else pair.right
    answer = f"${pair.left}$" if formula and not pair.reply else pair.left
    return bool(verify(parse(gold), parse(answer)))


def errors(outcomes: Iterable[tuple[Pair, bool | None]]) -> tuple[int, int, int]:
    """Pairs graded, false accepts, false rejects."""
    graded = [(pair, said) for pair, said in outcomes if said is not None]
    accepts = sum(said and not pair.equal for pair, said in graded)
    return len(graded), accepts, sum(pair.equal and not said for pair, said in graded)


def table(outcomes: list[tuple[Pair, bool, bool | None]]) -> str:
    """Errors per kind and in all, ours and theirs."""
    by_kind: dict[str, list[tuple[Pair, bool, bool | None]]] = defaultdict(list)
    for outcome in outcomes:
        by_kind[outcome[0].kind].append(outcome)
    lines = [
        "| kind | pairs | equal | underdog: false accepts | false rejects "
        "| math-verify: pairs | false accepts | false rejects |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    meant = [outcome for outcome in outcomes if outcome[2] is not None]
    totals = {"all": outcomes, "all that math-verify is meant for": meant}
    for kind, rows in [*sorted(by_kind.items()), *totals.items()]:
        number, accepts, rejects = errors((pair, own) for pair, own, _ in rows)
        graded, wrong, refused = errors((pair, other) for pair, _, other in rows)
        equal = sum(pair.equal for pair, _, _ in rows)
        peer = f"{graded} | {wrong} | {refused}" if graded else "not meant for it | |"
        lines.append(f"| {kind} | {number} | {equal} | {accepts} | {rejects} | {peer} |")
    return "\n".join(lines)


def rates(outcomes: list[tuple[Pair, bool, bool | None]]) -> str:
    """False accepts of the unequal pairs and false rejects of the equal ones, in percent."""
    _, accepts, rejects = errors((pair, own) for pair, own, _ in outcomes)
    counts = Counter(pair.equal for pair, _, _ in outcomes)
    return (
        f"underdog: false accepts {accepts} of {counts[False]} ({accepts / counts[False]:.2%}), "
        f"false rejects {rejects} of {counts[True]} ({rejects / counts[True]:.2%})"
    )


def write(path: Path, outcomes: list[tuple[Pair, bool, bool | None]]) -> None:
    """Outcomes as CSV, one pair a line."""
    names = ["checker", "kind", "left", "right", "question", "equal", "why"]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([*names, "underdog", "math_verify", "known"])
        for pair, own, other in outcomes:
            said = "" if other is None else other
            asked = "" if pair.question.text == "?" else pair.question.text
            about = [pair.checker, pair.kind, pair.left, pair.right, asked, pair.equal, pair.why]
            rows.writerow([*about, own, said, pair.known])


def main() -> None:
    """Print the table; write outcomes where asked to."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--csv", type=Path, help="pairs that underdog or math-verify gets wrong")
    options.add_argument("--outcomes", type=Path, help="all pairs with both verdicts")
    options.add_argument("--heldout", action="store_true", help="the held-out pairs alone")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    outcomes = [(pair, ours(pair), theirs(pair)) for pair in load(chosen.heldout)]
    print(table(outcomes))
    print(f"\n{rates(outcomes)}")
    if chosen.outcomes:
        write(chosen.outcomes, outcomes)
    if chosen.csv:
        write(chosen.csv, [one for one in outcomes if {one[1], one[2]} - {one[0].equal, None}])


if __name__ == "__main__":
    main()
