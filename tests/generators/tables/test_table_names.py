"""The named row is the one that fits, in the table as it is printed."""

import re

import pytest

from tests.generators.item_checks import check_family, draw
from tests.generators.tables.test_tables import rows_of
from underdog.core import Item
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.tables.subjects import SUBJECTS
from underdog.generators.tables.table_names import KINDS


def expected(item: Item) -> str:
    text, rows = item.problem.question.text, rows_of(item.problem.question.context)
    subject = next(s for s in SUBJECTS if f'"{s.first}"' in text or f'"{s.second}"' in text)
    column = 2 if f'"{subject.second}"' in text else 1
    if item.problem.meta["kind"] == "lookup":
        number = int(re.search(r"(\d+) under", text)[1])
        return next(name for name, row in rows.items() if row[column] == number)
    groups = [g for g in subject.groups if subject.group_phrase.format(g) in text]
    if item.problem.meta["kind"] == "group":
        rows = {name: row for name, row in rows.items() if row[0] == groups[0]}
    ranked = sorted(rows, key=lambda name: rows[name][column])
    rank = re.search(r"(\d)(?:nd|rd) largest", text)
    place = -int(rank[1]) if rank else (-1 if "largest" in text else 0)
    return ranked[place]


def test_items_are_whole_and_true() -> None:
    for item in check_family("table_names", 200):
        assert expected(item) == item.problem.gold, item.problem.question


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_chosen(kind: str) -> None:
    items = draw(f"table_names:kind={kind},rows=4", 10)
    assert {i.problem.meta["kind"] for i in items} == {kind}


@pytest.mark.parametrize("knobs", ["kind=mode", "rows=2", "rows=4,min_rows=5"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"table_names:{knobs}")
