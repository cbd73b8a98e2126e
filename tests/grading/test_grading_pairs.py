"""Every hand-labelled pair of answers is judged as labelled, in both orders."""

import json
from collections import Counter
from pathlib import Path

import pytest

from underdog.core import Question
from underdog.grading import open_checker
from underdog.grading.quantities import read_quantity

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parent / "pairs.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("name", sorted({pair["checker"] for pair in PAIRS}))
def test_labelled_pairs_are_judged_as_labelled(name):
    checker = open_checker(name)
    wrong = []
    for pair in (pair for pair in PAIRS if pair["checker"] == name):
        question = Question("q", "t", "?", tuple(pair.get("choices", ())))
        left, right = pair["left"], pair["right"]
        verdicts = checker.equal(left, right, question), checker.equal(right, left, question)
        if verdicts != (pair["equal"], pair["equal"]):
            wrong.append((left, right, verdicts))
    assert wrong == []


def one_side_states_a_unit(pair):
    """Where the question asks for no unit, `3 km` and `3` are equal as written and two votes."""
    read = [read_quantity(pair[side]) for side in ("left", "right")]
    return None not in read and (read[0].unit is None) != (read[1].unit is None)


def test_equal_pairs_share_a_vote_key_except_inside_the_tolerance():
    split = []
    for pair in PAIRS:
        checker = open_checker(pair["checker"])
        question = Question("q", "t", "?", tuple(pair.get("choices", ())))
        keys = {checker.vote_key(pair[side], question) for side in ("left", "right")}
        assert pair["equal"] or len(keys) == 2, pair
        if pair["equal"] and len(keys) == 2 and not one_side_states_a_unit(pair):
            split.append((pair["left"], pair["right"]))
    assert split == []


def test_the_set_is_large_and_balanced_enough():
    counts = Counter(pair["equal"] for pair in PAIRS)
    assert len(PAIRS) >= 300
    assert min(counts.values()) >= 150
