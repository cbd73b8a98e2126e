"""Systems have one solution; their key forgets order, sign and names."""

from fractions import Fraction
from itertools import permutations

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.forms.linear_systems import solve
from underdog.generators import families
from underdog.generators.algebra.linear_system import _key


def test_items_are_whole_and_solved_uniquely() -> None:
    for item in check_family("linear_system"):
        found = solve(item.problem.meta["equations"])
        assert found["x"] == Fraction(item.problem.gold)


def test_the_key_forgets_order_sign_and_names() -> None:
    rows = [(1, 2, -3, 4), (2, -1, 1, 5), (-3, 1, 2, 6)]
    assert len({_key(list(order), 3) for order in permutations(rows)}) == 1
    negated = [tuple(-value for value in rows[0]), *rows[1:]]
    assert _key(negated, 3) == _key(rows, 3)
    renamed = [(row[1], row[0], row[2], row[3]) for row in rows]
    assert _key(renamed, 1) == _key(rows, 0)
    assert _key(rows, 1) != _key(rows, 0)


def test_the_number_of_unknowns_is_kept() -> None:
    assert {i.problem.meta["unknowns"] for i in draw("linear_system:unknowns=2", 20)} == {2}


@pytest.mark.parametrize("knobs", ["unknowns=4", "unknowns=2,min_unknowns=3", "size=1"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"linear_system:{knobs}")
