"""Conclusions agree with going through all ways the world can be."""

import re
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.logic.syllogism import Link, Premises, syllogism_key


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


@given(st.randoms(use_true_random=False))
def test_the_key_forgets_words_and_the_order_of_premises(rng: Random) -> None:
    every = [("a", "b"), ("b", "c"), ("d", "b"), ("b", "e")]
    no = [("c", "f"), ("g", "a")]
    names = dict(zip("abcdefg", rng.sample("hijklmnopqrstu", 7), strict=True))

    def renamed(pairs: list[Link]) -> tuple[Link, ...]:
        found = [(names[a], names[b]) for a, b in pairs]
        return tuple(rng.sample(found, len(found)))

    premises = Premises(tuple(every), tuple(no))
    other = Premises(renamed(every), tuple((b, a) for a, b in renamed(no)))
    for form in ("every", "no"):
        key = syllogism_key(premises, "a", "f", form)
        assert key == syllogism_key(other, names["a"], names["f"], form)
    assert syllogism_key(premises, "f", "a", "no") == syllogism_key(
        other, *renamed([("a", "f")])[0], "no"
    )
    assert syllogism_key(premises, "f", "a", "every") != syllogism_key(premises, "a", "f", "every")


def test_there_are_many_different_items() -> None:
    assert len({item.key for item in draw("syllogism", 1_000)}) > 600


@pytest.mark.parametrize("knobs", ["links=0", "extra=7", "links=2,min_links=3"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"syllogism:{knobs}")
