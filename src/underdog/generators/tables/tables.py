"""Questions about a small table whose answer is a number: sums, counts, differences, products.

Kinds: `sum` and `filtered` (of a column, of a group), `count` (rows of a group, or above a bound),
`difference` (between two rows), `spread` (largest minus smallest), `product` (over two columns).
The order of the rows and the way the table is drawn do not change the key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.craft.notation import listed
from underdog.generators.craft.worked_steps import Trace
from underdog.generators.form_sets import CALCULATED
from underdog.generators.knobs import kinds_of, span
from underdog.generators.tables.subjects import (
    SUBJECTS,
    Subject,
    TableRow,
    random_rows,
    table_key,
    written,
)

_POLITE = ("{question}", "Look at the table. {question}", "According to the table: {question}")


@dataclass(frozen=True, slots=True)
class _AskedTable:
    """A table and the number column that is asked about."""

    subject: Subject
    rows: Sequence[TableRow]
    column: int

    @property
    def label(self) -> str:
        """The column's heading in a sentence."""
        heading = self.subject.second if self.column else self.subject.first
        return f'"{heading}"'

    @property
    def values(self) -> list[int]:
        """The numbers of the column."""
        return [row.numbers[self.column] for row in self.rows]


@families.register("tables")
class Tables:
    """Numbers read and calculated from a small table.

    Args:
        kind: One of the kinds, or `mixed`.
        rows: Most rows.
        min_rows: Fewest rows.
    """

    name = "tables"
    version = 1
    checker = "numeric"
    forms = CALCULATED

    def __init__(self, kind: str = "mixed", rows: int = 7, min_rows: int = 3) -> None:
        self._kinds = kinds_of("kind", kind, KINDS, "mixed")
        self._fewest, self._most = span("min_rows", min_rows, "rows", rows, 3, 12)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one table and a question on it."""
        kind = rng.choice(self._kinds)
        subjects = [subject for subject in SUBJECTS if subject.product or kind != "product"]
        subject = rng.choice(subjects)
        rows = random_rows(rng, subject, rng.randint(self._fewest, self._most))
        table = _AskedTable(subject, rows, rng.randrange(2))
        trace = Trace()
        question, key = _ASK[kind](rng, trace, table)
        return Draft(
            text=rng.choice(_POLITE).format(question=question),
            answer=trace.answer,
            steps=trace.steps,
            key=f"tables:{key}:{table_key(rows)}",
            difficulty=len(rows) / 4 + len(trace.steps),
            meta={"kind": kind, "rows": len(rows)},
            context=written(rng, subject, rows),
        )


def _added(trace: Trace, values: Sequence[int], text: str) -> None:
    """Add one step with the sum of the values; for a single value, the value plus 0."""
    formula = " + ".join(map(str, values)) if len(values) > 1 else f"{values[0]} + 0"
    trace.add("total", formula, sum(values), text)


def _sum(rng: Random, trace: Trace, table: _AskedTable) -> tuple[str, str]:
    _added(trace, table.values, f"The numbers under {table.label} add up to {{}}.")
    question = rng.choice(("What is the sum of the column {}?", "Add up all numbers under {}."))
    return question.format(table.label), f"sum{table.column}"


def _filtered(rng: Random, trace: Trace, table: _AskedTable) -> tuple[str, str]:
    group = rng.choice([row.group for row in table.rows])
    kept = [row for row in table.rows if row.group == group]
    phrase = table.subject.group_phrase.format(group)
    names = listed([f"{row.name} ({row.numbers[table.column]})" for row in kept])
    text = f"The rows {phrase}: {names}. Together {{}}."
    _added(trace, [row.numbers[table.column] for row in kept], text)
    question = rng.choice(
        (
            "What do the rows {phrase} have in {label}, all together?",
            "Taking only the rows {phrase}, what is the sum of {label}?",
        )
    )
    return question.format(phrase=phrase, label=table.label), f"sum{table.column}{group}"


def _count(rng: Random, trace: Trace, table: _AskedTable) -> tuple[str, str]:
    values = table.values
    bound = rng.choice(sorted(values)[:-1])
    above = [row for row in table.rows if row.numbers[table.column] > bound]
    names = listed([f"{row.name} ({row.numbers[table.column]})" for row in above])
    formula = f"sum(value > {bound} for value in {values})"
    trace.add("count", formula, len(above), f"Above {bound}: {names}. That makes {len(above)}.")
    question = rng.choice(
        (
            "How many rows have more than {bound} in {label}?",
            "In how many rows is {label} above {bound}?",
        )
    )
    return question.format(bound=bound, label=table.label), f"above{table.column}:{bound}"


def _difference(rng: Random, trace: Trace, table: _AskedTable) -> tuple[str, str]:
    pair = rng.sample(table.rows, 2)
    more, less = sorted(pair, key=lambda row: -row.numbers[table.column])
    high, low = more.numbers[table.column], less.numbers[table.column]
    text = f"{more.name} has {high} and {less.name} has {low}: {{}}."
    trace.add("difference", f"{high} - {low}", high - low, text)
    question = rng.choice(
        (
            "By how much is {label} larger for {more} than for {less}?",
            "What is {label} of {more} minus that of {less}?",
        )
    )
    asked = question.format(label=table.label, more=more.name, less=less.name)
    return asked, f"minus{table.column}:{more.name}:{less.name}"


def _spread(rng: Random, trace: Trace, table: _AskedTable) -> tuple[str, str]:
    values = table.values
    high, low = max(values), min(values)
    trace.add(
        "largest", f"max({values})", high, f"The largest number under {table.label} is {high}."
    )
    trace.add("smallest", f"min({values})", low, f"The smallest is {low}.")
    trace.add("spread", "largest - smallest", high - low, "They differ by {}.")
    question = rng.choice(
        (
            "What is the difference between the largest and the smallest number under {}?",
            "By how much does the largest {} exceed the smallest?",
        )
    )
    return question.format(table.label), f"spread{table.column}"


def _product(rng: Random, trace: Trace, table: _AskedTable) -> tuple[str, str]:
    """Question and its part of the key: one row's product, or the sum of two rows' products."""
    chosen = rng.sample(table.rows, rng.randint(1, 2))
    what = table.subject.product
    for place, row in enumerate(chosen, 1):
        one, two = row.numbers
        trace.add(f"part_{place}", f"{one} * {two}", one * two, f"For {row.name}: {{}}.")
    if len(chosen) == 2:
        total = sum(row.numbers[0] * row.numbers[1] for row in chosen)
        trace.add("total", "part_1 + part_2", total, "Together {}.")
    names = listed([row.name for row in chosen])
    together = ", taken together" if len(chosen) == 2 else ""
    question = rng.choice(
        ("What is the {what} for {names}{together}?", "Find the {what} for {names}{together}.")
    )
    asked = question.format(what=what, names=names, together=together)
    return asked, f"product:{','.join(sorted(row.name for row in chosen))}"


_ASK: dict[str, Callable[[Random, Trace, _AskedTable], tuple[str, str]]] = {
    "sum": _sum,
    "filtered": _filtered,
    "count": _count,
    "difference": _difference,
    "spread": _spread,
    "product": _product,
}
KINDS = tuple(_ASK)
