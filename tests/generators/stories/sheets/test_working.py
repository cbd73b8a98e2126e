"""Compiled formulas and programs give what the formulas themselves give."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.generators.stories.sheets.formulas import (
    Number,
    Operation,
    Tree,
    Unfit,
    parse_formula,
)
from underdog.generators.stories.sheets.parsing import parse_stories
from underdog.generators.stories.sheets.working import rough, work_of
from underdog.generators.stories.writer.programs import places_of, program_of

PLACES = {"a": 0, "b": 1, "c": 2}
TREES = st.recursive(
    st.sampled_from(["a", "b", "c"]) | st.integers(1, 12),
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), inner, inner),
    max_leaves=6,
)
NUMBERS = st.integers(1, 60)


def source(tree: Tree) -> str:
    if isinstance(tree, Operation):
        return f"({source(tree.left)} {tree.sign} {source(tree.right)})"
    return str(tree)


@given(TREES, NUMBERS, NUMBERS, NUMBERS, st.booleans())
def test_a_compiled_formula_gives_the_formulas_value(
    tree: Tree, a: int, b: int, c: int, whole: bool
) -> None:
    def compiled() -> Number:
        return work_of(tree, PLACES, whole)([a, b, c], Random(0).random)

    try:
        value = parse_formula(source(tree)).value({"a": a, "b": b, "c": c})
    except Unfit:
        try:
            assert compiled() == 0
        except Unfit:
            return
    else:
        if whole or isinstance(value, int):
            assert compiled() == value


def test_a_bound_may_be_divided_with_a_rest_but_not_by_nothing() -> None:
    tree = parse_formula("a / b").tree
    assert rough(tree, PLACES)([7, 2, 0], Random(0).random) == 3.5
    with pytest.raises(Unfit):
        rough(tree, PLACES)([7, 0, 0], Random(0).random)


STORY = """
template planks
{decimals}
let first = {first}
let second = 3..9
let third = 2..6
let rest = 1..first
tell {{first}}, {{second}}, {{third}} and {{rest}} planks.
step pair = first + second | {{=}} planks. | How many planks are in the first two piles?
step more = pair * third | {{=}} planks. | How many planks are in all third piles?
step left = more - rest | {{=}} planks. | How many planks are left?
step parts = left / 2 | {{=}} planks. | How many planks are half of them?
"""


@pytest.mark.parametrize(
    ("decimals", "first"), [("", "4..30"), ("", "2, 8, 20"), ("decimals", "1.5, 2.5, 4")]
)
def test_a_program_draws_what_its_lines_say(decimals: str, first: str) -> None:
    situation = parse_stories(STORY.format(decimals=decimals, first=first), "planks")
    target = situation.targets[-1]
    program, rng = program_of(target, "usual", whole=True), Random(3)
    seen: set[Number] = set()
    for _ in range(300):
        values = program.run(0, rng.random)
        if values is None:
            continue
        named = {name: values[place] for name, place in places_of(target).items()}
        for calc in target.steps:
            assert calc.formula.value(named) == named[calc.name] >= 2
        assert 1 <= named["rest"] <= named["first"]
        assert values[program.answer] == named["parts"]
        seen.add(named["first"])
    assert len(seen) >= 3
    assert any(isinstance(one, float) for one in seen) == bool(decimals)


def test_numbers_beyond_the_size_are_never_drawn() -> None:
    situation = parse_stories(
        "template sale\nlet price = 500, 900, 30\ntell A coat costs ${price}.\n"
        "step two = price * 2 | Two cost {=} dollars. | How many dollars do two cost?\n",
        "sale",
    )
    program = program_of(situation.targets[0], "small", whole=True)
    assert {program.run(0, Random(seed).random) is None for seed in range(20)} == {True}
    usual = program_of(situation.targets[0], "usual", whole=True)
    assert all(usual.run(0, Random(seed).random) for seed in range(20))
