"""Linear equations have the stated solution and no other."""

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.forms.arithmetic import evaluate
from underdog.generators import families
from underdog.generators.algebra.linear_equation import LinearEquation


def difference(equation: str, at: int) -> object:
    left, right = equation.replace("x", f"({at})").split(" = ")
    return evaluate(left) - evaluate(right)


def test_items_are_whole() -> None:
    for item in check_family("linear_equation"):
        [equation] = item.problem.meta["equations"]
        gold = int(item.problem.gold)
        assert difference(equation, gold) == 0
        assert difference(equation, gold + 1) != 0


def test_the_written_equation_is_the_one_solved() -> None:
    for item in draw("linear_equation:min_level=4", 50):
        [equation] = item.problem.meta["equations"]
        bare = equation.replace(" * ", "").replace("x", "?")
        text = item.problem.question.text
        assert any(bare.replace("?", letter) in text for letter in "xyzabkmnptw")


def test_swapped_sides_and_brackets_share_a_key() -> None:
    keys: dict[str, set[str]] = {}
    for item in draw("linear_equation:level=1,size=3,solution=2", 400):
        keys.setdefault(item.key, set()).add(item.problem.meta["equations"][0])
    mirrored = [
        equation
        for equations in keys.values()
        for equation in equations
        if " = ".join(reversed(equation.split(" = "))) in equations
    ]
    assert mirrored


@pytest.mark.parametrize(
    "knobs", ["level=5", "level=0", "size=2", "solution=1", "level=1,min_level=2"]
)
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"linear_equation:{knobs}")


def test_the_level_is_kept() -> None:
    assert {item.problem.meta["level"] for item in draw("linear_equation:level=2", 40)} == {1, 2}
    assert LinearEquation(level=3).checker == "numeric"
