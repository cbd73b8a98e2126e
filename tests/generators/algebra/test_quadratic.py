"""Quadratic equations have the two roots that they were made from."""

import re

import pytest

from tests.generators.item_checks import check_family
from underdog.errors import ConfigError
from underdog.forms.arithmetic import evaluate
from underdog.generators import families


def test_items_are_whole_and_both_roots_fit() -> None:
    for item in check_family("quadratic"):
        text = item.problem.question.text
        equation = re.search(r"-?\d*x\^2[^=]*= -?\d+", text)
        assert equation, text
        left, right = re.sub(r"(\d)x", r"\1 * x", equation[0]).split(" = ")
        low, high = item.problem.meta["roots"]
        fits = [
            at
            for at in range(-45, 46)
            if evaluate(left.replace("^", "**").replace("x", f"({at})")) == int(right)
        ]
        assert fits == [low, high]
        assert int(item.problem.gold) in (low, high, high - low)


def test_multiples_share_a_key() -> None:
    kinds: dict[str, set[str]] = {}
    for item in check_family("quadratic:root=3,leading=3", 300):
        kinds.setdefault(item.key, set()).add(item.steps[0].formula)
    assert any(len(formulas) > 1 for formulas in kinds.values())


@pytest.mark.parametrize("knobs", ["root=2", "leading=0", "leading=21"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"quadratic:{knobs}")
