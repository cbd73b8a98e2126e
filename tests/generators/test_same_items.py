"""Items stay what they were for as long as their family's version does.

A changed digest means that stored items and the code no longer agree: raise the family's version.
"""

import hashlib
from itertools import islice

import pytest

from underdog.generators import families
from underdog.generators.drawing import generate


def digest(spec: str, split: str) -> str:
    """Sixteen characters for the first items of a split: questions, private columns and steps."""
    seen = hashlib.blake2b(digest_size=8)
    for item in islice(generate(families.create(spec), split, 7), 200):
        problem = item.problem
        row = (problem.question, problem.gold, dict(problem.meta), item.steps, item.key)
        seen.update(repr(row).encode())
    return seen.hexdigest()


@pytest.mark.parametrize(
    ("spec", "version", "train", "dev"),
    [
        ("chain", 2, "031fca4f81681637", "ce823cc5535b9e56"),
        (
            "chain:operators=+-,brackets=0,max_terms=12,digits=16",
            2,
            "11c1c9b572739d99",
            "9dc270eaa2ec87d5",
        ),
        ("multiplication", 1, "ed4cfa60097c6107", "0faf425043b509f0"),
        (
            "multiplication:digits=16,product_digits=16,negatives=0.5",
            1,
            "11d592f9a4e57ee0",
            "f335458b05902b6f",
        ),
        ("words", 2, "b5041318163c3b95", "01111a798117dfad"),
    ],
)
def test_items_are_the_same_in_every_release(spec: str, version: int, train: str, dev: str) -> None:
    assert families.create(spec).version == version
    assert (digest(spec, "train"), digest(spec, "dev")) == (train, dev)
