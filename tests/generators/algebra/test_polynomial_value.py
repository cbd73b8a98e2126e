"""Polynomials have the stated value."""

import pytest

from tests.generators.item_checks import check_family
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.craft.notation import polynomial


def test_items_are_whole_and_agree_with_horner() -> None:
    for item in check_family("polynomial_value:degree=4"):
        total = 0
        for coefficient in item.problem.meta["coefficients"]:
            total = total * item.problem.meta["at"] + coefficient
        assert str(total) == item.problem.gold
        written = [polynomial(item.problem.meta["coefficients"], x) for x in "xntz"]
        assert any(text in item.problem.question.text for text in written)


@pytest.mark.parametrize("knobs", ["degree=0", "degree=5", "size=1", "at=1"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"polynomial_value:{knobs}")
