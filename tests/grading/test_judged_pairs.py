"""Every pair of the judged sets is judged as labelled, but for a few that say why not."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from underdog.core import Checker, Problem, Question
from underdog.grading import open_checker

JUDGED = {
    path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for path in sorted((Path(__file__).parent / "judged").glob("*.jsonl"))
}
SET = [pair for name, pairs in JUDGED.items() if name != "heldout" for pair in pairs]
ALL = [*SET, *JUDGED["heldout"]]


@cache
def opened(name: str) -> Checker:
    return open_checker(name)


def asked(pair) -> Question:
    text = pair.get("question", "?")
    return Question("pair", "pairs", text, tuple(pair.get("choices", ())))


def said(pair) -> set[bool]:
    """Verdicts: of both orders of two answers, or on the answer that is read from a reply."""
    checker, question = opened(pair["checker"]), asked(pair)
    if "reply" not in pair:
        left, right = pair["left"], pair["right"]
        return {checker.equal(left, right, question), checker.equal(right, left, question)}
    answer = checker.extract(pair["reply"], question).flexible
    if answer is None:
        return {False}
    if pair["checker"] == "code":
        return {checker.equal(answer, pair["gold"], question)}
    return {checker.grade(answer, Problem(question, pair["gold"])).status == "right"}


@pytest.mark.parametrize("name", JUDGED)
def test_judged_pairs_are_judged_as_labelled(name: str) -> None:
    wrong = [pair for pair in JUDGED[name] if said(pair) != {pair["equal"]}]
    assert [pair for pair in wrong if "known" not in pair] == []
    assert wrong == [pair for pair in JUDGED[name] if "known" in pair], "known, and now right"


@pytest.mark.parametrize("name", JUDGED)
def test_answers_that_are_not_equal_have_keys_apart(name: str) -> None:
    for pair in JUDGED[name]:
        if "reply" in pair or pair["equal"] or "known" in pair:
            continue
        checker, question = opened(pair["checker"]), asked(pair)
        keys = {checker.vote_key(pair[side], question) for side in ("left", "right")}
        assert len(keys) == 2, pair


def test_votes_of_equal_answers_are_one_but_for_a_unit_that_nobody_asked_for() -> None:
    split = []
    for pair in ALL:
        if "reply" in pair or not pair["equal"] or "known" in pair:
            continue
        checker, question = opened(pair["checker"]), asked(pair)
        keys = [checker.vote_key(pair[side], question) for side in ("left", "right")]
        bare = [key.partition(" ")[0] == key for key in keys]
        if len(set(keys)) == 2 and len(set(bare)) == 1:
            split.append((pair["left"], pair["right"], keys))
    assert [pair[:2] for pair in split] == [("x+y>1", "y+x>1")], split


def test_few_are_known_to_be_judged_otherwise() -> None:
    known = Counter(pair["equal"] for pair in SET if "known" in pair)
    counts = Counter(pair["equal"] for pair in SET)
    assert known[False] <= counts[False] / 100
    assert known[True] <= counts[True] / 50


def test_the_set_is_large_balanced_and_reasoned() -> None:
    counts = Counter(pair["equal"] for pair in SET)
    assert len(SET) >= 620
    assert min(counts.values()) >= 0.4 * len(SET)
    assert sum(pair.get("near", False) for pair in SET) >= 60
    assert sum("reply" in pair for pair in SET) >= 80
    assert len(JUDGED["heldout"]) >= 120
    assert all(len(pair["why"]) > 3 for pair in ALL)
