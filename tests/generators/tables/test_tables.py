"""Answers about tables agree with the table as it is printed."""

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.core import Item
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.tables.subjects import SUBJECTS
from underdog.generators.tables.tables import KINDS


def rows_of(table: str) -> dict[str, tuple[str, int, int]]:
    """The table read back from any of its three styles, by row name."""
    rows: dict[str, tuple[str, int, int]] = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if len(cells) == 1 and ": " in line:
            name, _, rest = line.partition(": ")
            cells = [name, *(part.rpartition(" ")[2] for part in rest.split(", "))]
        elif len(cells) == 1:
            cells = line.split(",")
        if len(cells) == 4 and cells[2].isdigit():
            rows[cells[0]] = (cells[1], int(cells[2]), int(cells[3]))
    return rows


def expected(item: Item) -> int:
    text, rows = item.problem.question.text, rows_of(item.problem.question.context)
    subject = next(
        s for s in SUBJECTS if s.row in item.problem.question.context or set(rows) <= set(s.rows)
    )
    for other in SUBJECTS:
        if f'"{other.first}"' in text or f'"{other.second}"' in text:
            subject = other
    column = 2 if f'"{subject.second}"' in text else 1
    values = [row[column] for row in rows.values()]
    kind = item.problem.meta["kind"]
    if kind == "sum":
        return sum(values)
    if kind == "spread":
        return max(values) - min(values)
    if kind == "count":
        bound = next(int(word) for word in text.replace("?", "").split() if word.isdigit())
        return sum(value > bound for value in values)
    if kind == "filtered":
        group = next(g for g in subject.groups if subject.group_phrase.format(g) in text)
        return sum(row[column] for row in rows.values() if row[0] == group)
    named = [
        row
        for name, row in rows.items()
        if name in text.replace("?", " ").split() or f"{name}," in text or f"{name}." in text
    ]
    if kind == "difference":
        return max(row[column] for row in named) - min(row[column] for row in named)
    return sum(row[1] * row[2] for row in named)


def test_items_are_whole_and_true() -> None:
    for item in check_family("tables", 250):
        assert len(rows_of(item.problem.question.context)) == item.problem.meta["rows"]
        assert expected(item) == int(item.problem.gold), item.problem.question


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_chosen(kind: str) -> None:
    items = draw(f"tables:kind={kind},rows=4", 10)
    assert {i.problem.meta["kind"] for i in items} == {kind}


def test_the_context_is_asked_with_the_question() -> None:
    [item] = draw("tables", 1)
    assert item.problem.question.context


@pytest.mark.parametrize("knobs", ["kind=mode", "rows=2", "rows=4,min_rows=5"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"tables:{knobs}")
