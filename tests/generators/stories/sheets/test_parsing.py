"""Reading `.story` files: what they say, and what is refused with its line."""

from pathlib import Path
from random import Random

import pytest

from tests.paths import CHECKOUT
from underdog.errors import ConfigError, DataError, UnknownNameError
from underdog.generators.stories.sheets.library import Library
from underdog.generators.stories.sheets.parsing import parse_stories
from underdog.generators.stories.writer import Planner, built_in, written_in

STORY = """
# A comment.
extra {A} is {20..60} years old.

template kites
pick toy = kite
let bags = 3..6
let per_bag = 4..9
tell {A} has {bags} bags of {toy.s}.
tell In each bag are {per_bag} {toy.s}. ~ Each bag holds {per_bag} {toy.s}.
step kites = bags * per_bag | {=} {toy.s}. | How many are there? | things(toy): the {toy.s}
let torn = 2..kites-2
tell {torn} of them are torn.
step whole = kites - torn | {=} are whole. | How many {toy.s} are whole?
"""


def test_every_step_that_the_text_determines_can_be_asked() -> None:
    situation = parse_stories(STORY, "kites")
    assert [target.asked.name for target in situation.targets] == ["kites", "whole"]
    first, second = situation.targets
    assert [len(target.tells) for target in (first, second)] == [2, 3]
    assert first.given == ("bags", "per_bag")
    assert len(situation.extras) == 1


def test_a_step_whose_sentence_says_more_than_it_needs_is_not_asked() -> None:
    text = """template pair
let a = 2..3
let b = 2..3
let c = 4..5
tell There are {a}, {b} and {c} ships.
step two = a + b | {=} ships. | How many ships are in the first two groups?
step all_ships = two + c | {=} ships. | How many ships are there?
"""
    assert [target.asked.name for target in parse_stories(text, "s").targets] == ["all_ships"]
    with pytest.raises(DataError, match="never uses"):
        parse_stories(text.rpartition("step")[0], "s")


def test_a_substep_is_worked_out_but_never_asked() -> None:
    text = STORY.replace("step kites", "substep kites")
    (target,) = parse_stories(text, "kites").targets
    assert [step.name for step in target.steps] == ["kites", "whole"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tell {A} has {nothing} kites.", "no number, noun or person"),
        ("tell {A.hat} waves.", "no number, noun or person"),
        ("let bags = 2..3", "already taken"),
        ("let print = 2..3", "cannot be a name"),
        ("let class = 2..3", "cannot be a name"),
        ("let Big = 2..3", "cannot be a name"),
        ("tell {bags} bags. ~ Some bags.", "same numbers"),
        ("step x = bags + moon | {=}. | How many?", "moon"),
        ("step x = bags + 1 | No hole. | How many?", "{=}"),
        ("step x = bags + 1 | {=}. | How many.", "question mark"),
        ("step x = bags + 1 | {=}.", "expected `step"),
        ("step x = bags + 1 | {=}. | How many? | nonsense", "ending"),
        ("step x = bags + 1 | {=}. | How many? | things(moon): the moons", "moon"),
        ("shout hello", "unknown word"),
        ("template a b", "expected `template"),
        ("then a", "expected `template"),
        ("extra No number here.", "no number"),
        ("extra {A.hat} has {2..5} hats.", "no form of a person"),
        ("extra There are {2..bags} hats.", "hangs on other numbers"),
    ],
)
def test_a_malformed_line_is_refused_with_its_number(line: str, said: str) -> None:
    text = f"template kites\nlet bags = 2..4\n{line}"
    with pytest.raises(DataError, match="line 3") as caught:
        parse_stories(text, "kites")
    assert said in str(caught.value)


def test_a_nul_character_is_refused() -> None:
    with pytest.raises(DataError, match="NUL"):
        parse_stories("# \0", "kites")


def test_lengths_that_no_story_has_are_left_out() -> None:
    library = Library((parse_stories(STORY, "kites"),), {})
    planner = Planner(library, 1, 8)
    assert {planner.opening(Random(seed).random)[0] for seed in range(50)} == {1, 2}


def test_a_file_must_begin_with_a_template() -> None:
    with pytest.raises(DataError, match="line 1"):
        parse_stories("let bags = 2..4", "kites")


def test_a_template_must_end_with_a_step_and_tell_what_it_uses() -> None:
    with pytest.raises(DataError, match="end with a step"):
        parse_stories("template kites\nlet bags = 2..4", "kites")
    with pytest.raises(DataError, match="never told"):
        parse_stories("template k\nlet b = 2..4\nstep x = b + 1 | {=}. | How many?", "k")


def test_a_users_stories_replace_ours_and_go_on_with_ours(tmp_path: Path) -> None:
    (tmp_path / "kites.story").write_text(STORY)
    library = written_in(str(tmp_path))
    assert [situation.name for situation in library.situations] == ["kites"]
    assert library.continuations == built_in().continuations
    own = f"{STORY}\nthen fly things\nlet f = 2..it-1\ntell {{f}} of {{the}} fly.\n"
    own += "step up = it - f | {=} stay. | How many of {the} stay on the ground?\n"
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "own.story").write_text(own)
    extended = written_in(str(tmp_path / "more" / "own.story"))
    ours = built_in().continuations["things"]
    assert len(extended.continuations["things"]) == len(ours) + 1
    assert all(not target.part.takes for target in extended.situations[0].targets)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.story"):
        written_in(str(tmp_path / "none.story"))


def test_situations_are_chosen_by_name() -> None:
    names = {situation.name for situation in built_in().only("baking+sport").situations}
    assert names == {"baking", "sport"}
    with pytest.raises(UnknownNameError, match="baking"):
        built_in().only("bakin")


def test_a_length_that_no_story_has_is_refused() -> None:
    with pytest.raises(ConfigError, match="8 steps"):
        Planner(Library(built_in().only("ages").situations, {}), 8, 8)


def test_there_are_many_situations_and_templates() -> None:
    situations = built_in().situations
    templates = {target.part.name for one in situations for target in one.targets}
    assert len(situations) >= 25
    assert len(templates) >= 120
    for one in (*situations, *built_in("micro").situations):
        assert sum(not extra.people for extra in one.extras) >= 3, one.name


def test_the_guide_lists_every_situation() -> None:
    guide = (CHECKOUT / "docs" / "generators.md").read_text(encoding="utf-8")
    listed = guide.partition("## Situations")[2].partition(".")[0].replace("\n", " ").split(",")
    assert [name.strip() for name in listed] == [one.name for one in built_in().situations]


def test_the_guides_own_file_is_a_story() -> None:
    guide = (CHECKOUT / "docs" / "generators.md").read_text(encoding="utf-8")
    story = guide.partition("```text\n")[2].partition("```")[0]
    assert len(parse_stories(story, "kites").targets) == 2
