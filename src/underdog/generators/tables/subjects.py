"""Small tables of made-up things: a subject, rows, a group column and two number columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from underdog.generators.craft.word_lists import PEOPLE


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a table: headings, and the values that its columns may have.

    Attributes:
        rows: Names that rows may have.
        row: Heading of the name column.
        group: Heading of the group column.
        groups: Values of the group column.
        group_phrase: Phrase for the rows of a group, with `{}` for the group.
        first: Heading of the first number column, with its unit or noun for sums.
        second: Heading of the second number column.
        low: Smallest number of the first and of the second number column.
        high: Largest number of the first and of the second number column.
        product: Noun for the product of a row's two numbers; empty when it has no meaning.
    """

    rows: tuple[str, ...]
    row: str
    group: str
    groups: tuple[str, ...]
    group_phrase: str
    first: str
    second: str
    low: tuple[int, int]
    high: tuple[int, int]
    product: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its name, group and two numbers."""

    name: str
    group: str
    numbers: tuple[int, int]


SUBJECTS = (
    Subject(
        ("apples", "bread", "cheese", "eggs", "flour", "honey", "juice", "milk", "nuts", "oil",
         "pasta", "rice", "salt", "tea", "yoghurt"),
        "Product", "Shelf", ("A", "B", "C"), "on shelf {}", "Price in cents", "Pieces in stock",
        (20, 3), (400, 60), "value of the stock in cents",
    ),
    Subject(
        PEOPLE, "Player", "Team", ("red", "blue", "green"), "in the {} team", "Points", "Games",
        (10, 2), (300, 30), "",
    ),
    Subject(
        ("Ashford", "Brill", "Corvale", "Dunmore", "Eastwick", "Farley", "Glenby", "Halton",
         "Kirkby", "Longmoor", "Milford", "Norbury", "Oakham", "Penrow"),
        "Village", "Region", ("north", "south", "coast"), "in the region {}", "Inhabitants",
        "Height in metres", (90, 2), (2500, 900), "",
    ),
    Subject(
        ("atlas", "bicycle", "camera", "desk", "easel", "fan", "globe", "heater", "kettle", "lamp",
         "mirror", "radio", "stool", "tent", "vase"),
        "Article", "Colour", ("white", "black", "brown"), "of colour {}", "Weight in grams",
        "Number ordered", (100, 1), (900, 25), "total weight in grams",
    ),
    Subject(
        PEOPLE, "Worker", "Shift", ("early", "late", "night"), "on the {} shift",
        "Wage per hour in euros", "Hours", (12, 4), (45, 40), "pay in euros",
    ),
)  # fmt: skip


def random_rows(rng: Random, subject: Subject, count: int) -> list[TableRow]:
    """Rows in random order, the numbers of a column all different."""
    columns = [
        rng.sample(range(low, high + 1), count)
        for low, high in zip(subject.low, subject.high, strict=True)
    ]
    names = rng.sample(subject.rows, count)
    return [
        TableRow(name, rng.choice(subject.groups), (one, two))
        for name, one, two in zip(names, *columns, strict=True)
    ]


def written(rng: Random, subject: Subject, rows: Sequence[TableRow]) -> str:
    """The table as text: with bars, as CSV, or one line per row."""
    heads = (subject.row, subject.group, subject.first, subject.second)
    cells = [(row.name, row.group, *map(str, row.numbers)) for row in rows]
    style = rng.randrange(3)
    if style == 0:
        lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
        return "\n".join(f"| {line} |" for line in [*lines, *(" | ".join(row) for row in cells)])
    if style == 1:
        return "\n".join(",".join(row) for row in [heads, *cells])
    labels = [head[0].lower() + head[1:] for head in heads[1:]]
    return "\n".join(
        f"{row[0]}: "
        + ", ".join(f"{label} {cell}" for label, cell in zip(labels, row[1:], strict=True))
        for row in cells
    )


def table_key(rows: Sequence[TableRow]) -> str:
    """A table's part of a canonical key, the same for all orders of the rows."""
    return ";".join(
        sorted(f"{row.name},{row.group},{row.numbers[0]},{row.numbers[1]}" for row in rows)
    )
