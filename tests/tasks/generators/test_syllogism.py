"""Conclusions agree with going through all ways the world can be."""

import re
from itertools import product

import pytest

from tests.tasks.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.tasks.generators import families


def entailed(text: str) -> bool:
    """Whether the conclusion holds for every possible thing that the premises allow.

    A thing is a set of kinds. Premises and conclusion speak of single things, so a conclusion
    fails exactly when some allowed thing breaks it.
    """
    *premises, question = re.findall(r"[^.?]+[.?]", text)
    every = [re.search(r"(\w+) is a (\w+)", p).groups() for p in premises if "o" not in p[:3]]
    no = [re.search(r"(\w+) is a (\w+)", p).groups() for p in premises if "o" in p[:3]]
    first, second = conclusion(question)
    kinds = sorted({kind for pair in [*every, *no] for kind in pair})
    negative = "no " in question or "not a" in question
    for has in product((False, True), repeat=len(kinds)):
        thing = dict(zip(kinds, has, strict=True))
        if any(thing[a] and not thing[b] for a, b in every):
            continue
        if any(thing[a] and thing[b] for a, b in no):
            continue
        if thing[first] and thing[second] == negative:
            return False
    return True


def conclusion(question: str) -> tuple[str, str]:
    words = re.search(r"(?:every|each|no|single) (\w+) (?:that )?(?:is|be) a (\w+)\?", question)
    assert words, question
    return words[1], words[2]


def test_items_are_whole_and_true() -> None:
    for item in check_family("syllogism"):
        text = item.problem.question.text
        assert ("yes" if entailed(text) else "no") == item.problem.gold, text


def test_both_answers_are_common() -> None:
    golds = [item.problem.gold for item in draw("syllogism", 200)]
    assert 60 < golds.count("yes") < 140


def test_the_key_forgets_the_order_of_premises() -> None:
    for item in draw("syllogism", 20):
        premises = item.key.rpartition(":")[2].split()
        every = [each for each in premises if "<" in each]
        assert every == sorted(every)


@pytest.mark.parametrize("knobs", ["links=0", "extra=7", "links=2,min_links=3"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"syllogism:{knobs}")
