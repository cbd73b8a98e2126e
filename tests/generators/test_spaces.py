"""Small families hold at least ten thousand different training problems, and ask in many ways."""

import re
from itertools import islice

import pytest

from underdog.generators import families
from underdog.generators.chance.dice_words import ASKED as DICE
from underdog.generators.chance.playing_cards import _ASKED as CARDS
from underdog.generators.chance.urns import _ASKED as URNS
from underdog.generators.drawing import distinct, generate
from underdog.generators.logic.goals import goals


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plans", "dice", "cards", "counting", "urns"])
def test_there_are_ten_thousand_different_training_problems(name: str) -> None:
    items = distinct(generate(families.create(name), "train", 0))
    assert sum(1 for _ in islice(items, 10_000)) == 10_000


def test_there_are_forty_goals_and_twenty_wordings_of_each_family() -> None:
    assert len(goals()) >= 40
    for wordings in (DICE, CARDS, URNS):
        assert len(set(wordings)) == len(wordings) >= 20
    openings = {
        re.sub(r"\d+|[A-Z]{4,}", "#", item.problem.question.text)
        for item in islice(generate(families.create("counting"), "train", 0), 1_000)
    }
    assert len(openings) >= 20
