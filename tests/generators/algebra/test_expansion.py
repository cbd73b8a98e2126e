"""Expanded coefficients belong to the written product."""

import re

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.forms.arithmetic import evaluate
from underdog.generators import families
from underdog.generators.algebra.expansion import KINDS


def product_in(text: str) -> str:
    found = re.search(r"-?\d*\([^()]*x[^()]*\)(?:\^2|(?: [+-] \d*)?\([^()]*x[^()]*\))", text)
    assert found, text
    return found[0]


def test_items_are_whole_and_agree_at_many_numbers() -> None:
    for item in check_family("expansion"):
        written = product_in(item.problem.question.text)
        spelt = re.sub(r"(\d)(?=[x(])", r"\1 * ", written).replace(")(", ") * (")
        coefficients = [int(part) for part in item.problem.gold.strip("()").split(", ")]
        for at in (-3, 0, 2, 7):
            total = 0
            for coefficient in coefficients:
                total = total * at + coefficient
            here = spelt.replace("x", f"({at})").replace("^", " ** ")
            assert evaluate(here) == total, (written, item.problem.gold)


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_chosen(kind: str) -> None:
    assert {i.problem.meta["kind"] for i in draw(f"expansion:kind={kind}", 10)} == {kind}


def test_the_order_of_factors_does_not_change_the_key() -> None:
    seen: dict[str, set[str]] = {}
    for item in draw("expansion:kind=product,size=2", 400):
        seen.setdefault(item.key, set()).add(product_in(item.problem.question.text))
    assert any(len(written) > 1 for written in seen.values())


@pytest.mark.parametrize("knobs", ["kind=cube", "size=1"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"expansion:{knobs}")
