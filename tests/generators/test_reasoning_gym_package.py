# ruff: noqa: E501
"""The adapter with the real reasoning-gym: `pip install 'underdog[reasoning-gym]'`, else skipped."""

from itertools import islice

import pytest

from underdog.generators import families
from underdog.generators.drawing import generate
from underdog.grading import open_checker

pytest.importorskip("reasoning_gym", reason="pip install 'underdog[reasoning-gym]'")

DATASETS = ("chain_sum", "gcd", "word_sorting", "leg_counting", "survo")


@pytest.mark.parametrize("dataset", DATASETS)
def test_items_are_drawn_again_from_their_seed_and_accept_their_own_answer(dataset: str) -> None:
    name = f"reasoning_gym:dataset={dataset}"
    first, again, other = (
        list(islice(generate(families.create(name), "train", seed), 20)) for seed in (1, 1, 2)
    )
    assert [item.key for item in first] == [item.key for item in again]
    assert not {item.key for item in first} & {item.key for item in other}
    checker = open_checker(families.create(name).checker)
    for item in first:
        gold = item.problem.gold
        assert gold
        assert checker.grade(gold, item.problem).status == "right"
