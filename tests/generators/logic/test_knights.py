"""Exactly one assignment fits what the islanders say, read from the words."""

import re
from itertools import permutations, product

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.logic.claims import Statement
from underdog.generators.logic.knights import _key


def is_true(said: str, speaker: str, kinds: dict[str, bool]) -> bool:
    """Whether the words are true when `kinds` says who is a knight."""
    said = re.sub(r"\bI\b", speaker, said).replace(" am ", " is ").rstrip(".")
    knights = list(kinds.values())
    if match := re.fullmatch(r"At least one of us is a (\w+)", said):
        return (match[1] == "knight") in knights
    if match := re.fullmatch(r"None of us is a (\w+)", said):
        return (match[1] == "knight") not in knights
    if match := re.fullmatch(r"Exactly (\d) of us (?:is|are) (kn\w+?)s?", said):
        return knights.count(match[2] == "knight") == int(match[1])
    if match := re.fullmatch(r"(\w+) and (\w+) are of (the same|different) kinds?", said):
        return (kinds[match[1]] == kinds[match[2]]) == (match[3] == "the same")
    joint = any if ", or both" in said else all
    parts = re.findall(r"(\w+) is a (knight|knave)", said)
    assert parts, said
    return joint(kinds[name] == (kind == "knight") for name, kind in parts)


def test_items_are_whole_and_have_one_solution() -> None:
    for item in check_family("knights:people=4"):
        claims = re.findall(r'(\w+) says: "(.*?)"', item.problem.question.text)
        names = [name for name, _ in claims]
        solutions = []
        for case in product((True, False), repeat=len(names)):
            kinds = dict(zip(names, case, strict=True))
            if all(kinds[name] == is_true(said, name, kinds) for name, said in claims):
                solutions.append(", ".join("knight" if kind else "knave" for kind in case))
        assert solutions == [item.problem.gold], item.problem.question.text


def test_the_key_forgets_who_comes_first() -> None:
    claims = [
        Statement(0, "is", (1,), (False,)),
        Statement(1, "both", (0, 2), (True, False)),
        Statement(2, "same", (2, 0)),
    ]
    for places in permutations(range(3)):
        assert _key([claim.renamed(places) for claim in claims]) == _key(claims)
    assert _key([*claims[:2], Statement(2, "differ", (2, 0))]) != _key(claims)


def test_the_number_of_people_is_kept() -> None:
    assert {i.problem.meta["people"] for i in draw("knights:people=2", 10)} == {2}


@pytest.mark.parametrize("knobs", ["people=1", "people=5", "people=2,min_people=3"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"knights:{knobs}")
