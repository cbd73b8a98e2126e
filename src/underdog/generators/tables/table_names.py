"""Questions about a small table whose answer is a row's name: extremes, ranks, look-ups.

Kinds: `extreme` (largest or smallest), `rank` (second or third largest), `group` (the extreme
within a group), `lookup` (the row with a given number).
"""

from collections.abc import Callable, Sequence
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import listed, ordinal
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.knobs import kinds_of, span
from underdog.generators.tables.subjects import (
    SUBJECTS,
    Subject,
    TableRow,
    random_rows,
    table_key,
    written,
)

_ASKED = (
    "Which {row} has {target}?",
    "Name the {row} with {target}.",
    "Which {row} in the table is the one with {target}?",
)


@families.register("table_names")
class TableNames:
    """The name of the row of a small table that fits a condition.

    Args:
        kind: One of the kinds, or `mixed`.
        rows: Most rows.
        min_rows: Fewest rows.
    """

    name = "table_names"
    version = 1
    checker = "text"
    forms = ("answer", "cot", "program")

    def __init__(self, kind: str = "mixed", rows: int = 7, min_rows: int = 3) -> None:
        self._kinds = kinds_of("kind", kind, KINDS, "mixed")
        self._fewest, self._most = span("min_rows", min_rows, "rows", rows, 3, 12)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one table and a question on it."""
        kind = rng.choice(self._kinds)
        subject, column = rng.choice(SUBJECTS), rng.randrange(2)
        rows = random_rows(rng, subject, rng.randint(self._fewest, self._most))
        label = f'"{(subject.first, subject.second)[column]}"'
        trace = Trace()
        target, key = _ASK[kind](rng, trace, subject, rows, column)
        return Draft(
            text=rng.choice(_ASKED).format(row=subject.row.lower(), target=target + label)
            if kind != "group"
            else target.format(row=subject.row.lower(), label=label),
            answer=trace.answer,
            steps=trace.steps,
            key=f"table_names:{key}:{column}:{table_key(rows)}",
            difficulty=len(rows) / 4 + KINDS.index(kind) / 2,
            meta={"kind": kind, "rows": len(rows)},
            context=written(rng, subject, rows),
        )


def _pairs(rows: Sequence[TableRow], column: int) -> str:
    """The column with the names, as a Python list of (number, name)."""
    return str([(row.numbers[column], row.name) for row in rows])


def _sentence(rows: Sequence[TableRow], column: int) -> str:
    return listed([f"{row.name} {row.numbers[column]}" for row in rows])


def _take(trace: Trace, rows: Sequence[TableRow], column: int, place: int, opening: str) -> None:
    """Add the steps that find the name of the row at index `place` in ascending order."""
    chosen = sorted(rows, key=lambda row: row.numbers[column])
    sentences = _sentence(chosen, column)
    value = str([(row.numbers[column], row.name) for row in chosen])
    trace.add(
        "in_order", f"sorted({_pairs(rows, column)})", value, f"{opening} in order: {sentences}."
    )
    name = chosen[place].name
    trace.add("name", f"in_order[{place}][1]", name, f"So it is {name}.")


def _extreme(
    rng: Random, trace: Trace, subject: Subject, rows: Sequence[TableRow], column: int
) -> tuple[str, str]:
    word, pick = rng.choice((("largest", max), ("smallest", min)))
    number, name = pick((row.numbers[column], row.name) for row in rows)
    formula = f"{pick.__name__}({_pairs(rows, column)})"
    text = f"The numbers are {_sentence(rows, column)}."
    trace.add("found", formula, str((number, name)), text)
    trace.add("name", "found[1]", name, f"The {word} is {number}, that of {name}.")
    return f"the {word} number under ", word


def _rank(
    rng: Random, trace: Trace, subject: Subject, rows: Sequence[TableRow], column: int
) -> tuple[str, str]:
    rank = rng.randint(2, 3)
    _take(trace, rows, column, -rank, "From small to large,")
    return f"the {ordinal(rank)} largest number under ", f"rank{len(rows) - rank}"


def _group(
    rng: Random, trace: Trace, subject: Subject, rows: Sequence[TableRow], column: int
) -> tuple[str, str]:
    group = rng.choice([row.group for row in rows])
    kept = [row for row in rows if row.group == group]
    word, place = rng.choice((("largest", -1), ("smallest", 0)))
    phrase = subject.group_phrase.format(group)
    _take(trace, kept, column, place, f"The rows {phrase}")
    question = f"Among the rows {phrase}, which {{row}} has the {word} number under {{label}}?"
    return question, f"{group}{place}"


def _lookup(
    rng: Random, trace: Trace, subject: Subject, rows: Sequence[TableRow], column: int
) -> tuple[str, str]:
    row = rng.choice(rows)
    number = row.numbers[column]
    formula = f"dict({_pairs(rows, column)})[{number}]"
    text = f"The number {number} stands in the row of {row.name}."
    trace.add("name", formula, row.name, text)
    return f"{number} under ", f"at{number}"


_ASK: dict[str, Callable[[Random, Trace, Subject, Sequence[TableRow], int], tuple[str, str]]] = {
    "lookup": _lookup,
    "extreme": _extreme,
    "rank": _rank,
    "group": _group,
}
KINDS = tuple(_ASK)
