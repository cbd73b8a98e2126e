"""The shown terms fix the continuation among all rules, and the answer is it."""

import itertools
import re

import pytest

from tests.generators.item_checks import check_family, draw
from underdog.errors import ConfigError
from underdog.generators import families
from underdog.generators.algebra.sequences import RULES


def continuations(terms: list[int]) -> set[int]:
    """The next term under every rule that explains all the terms."""
    found: set[int] = set()
    steps = [b - a for a, b in itertools.pairwise(terms)]
    if len(set(steps)) == 1:
        found.add(terms[-1] + steps[0])
    second = [b - a for a, b in itertools.pairwise(steps)]
    if len(terms) > 4 and len(set(second)) == 1:
        found.add(terms[-1] + steps[-1] + second[0])
    if all(b * terms[0] == a * terms[1] for a, b in itertools.pairwise(terms)):
        found.add(terms[-1] * terms[1] // terms[0])
    triples = zip(terms, terms[1:], terms[2:], strict=False)
    if all(a + b == c for a, b, c in triples):
        found.add(terms[-1] + terms[-2])
    return found


def shown(text: str) -> list[int]:
    longest = max(re.findall(r"-?\d+(?:, -?\d+)+", text), key=len)
    return [int(term) for term in longest.split(", ")]


def test_items_are_whole_and_their_continuation_is_unique() -> None:
    for item in check_family("sequences"):
        terms = shown(item.problem.question.text)
        found = continuations(terms)
        assert len(found) == 1, item.problem.question.text
        if item.problem.meta["position"] == len(terms) + 1:
            assert found == {int(item.problem.gold)}


def test_later_terms_continue_the_sequence() -> None:
    for item in draw("sequences", 150, seed=3):
        terms = shown(item.problem.question.text)
        while len(terms) < item.problem.meta["position"]:
            terms.append(continuations(terms).pop())
        assert terms[-1] == int(item.problem.gold)


@pytest.mark.parametrize("rule", RULES)
def test_one_rule_can_be_chosen(rule: str) -> None:
    assert {i.problem.meta["rule"] for i in draw(f"sequences:rule={rule}", 10)} == {rule}


@pytest.mark.parametrize("knobs", ["rule=cubic", "max_position=5", "size=2"])
def test_knobs_out_of_range_are_refused(knobs: str) -> None:
    with pytest.raises(ConfigError):
        families.create(f"sequences:{knobs}")
