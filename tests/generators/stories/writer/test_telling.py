"""How a story is put into words: wordings, nouns, people, names of steps."""

from random import Random

import pytest

from underdog.core import Draft
from underdog.generators.stories.sheets.library import Library
from underdog.generators.stories.sheets.parsing import parse_stories
from underdog.generators.stories.sheets.people import draw_people, names_of
from underdog.generators.stories.sheets.story_parts import Situation
from underdog.generators.stories.writer import Planner, Style, Wordings, Writer
from underdog.generators.stories.writer.wordings import (
    Sheet,
    WordingChoice,
    ledger_of,
    renamed,
    sheet_of,
)

STORY = """
extra {A} is {20..60} years old, and 100% of {A.his} {2..4} cats know it.

template kites
pick toy = kite, drum
pick bag = bag, box
let bags = 3..6
let per_bag = 4..9
let share = 2, 3
tell {A} has {bags} {bag.s}. ~ {bags} {bag.s} are {A.his}, 100% of them. ~ {A}: {bags} {bag.s}.
tell In each are {per_bag} {toy.s}. ~ Each {bag} holds {per_bag} {toy.s}. ~ {per_bag} {toy.s} each.
step owned = bags * per_bag | {=} {toy.s}. | How many? ~ What number? ~ And? | t(toy): the {toy.s}
tell {share.Th} of the {toy.s} fly.
step fly = owned / share | {=} fly. | How many {toy.s} fly?

then gifts t
let bags = 2..9
tell {B} adds {bags} to {the}. ~ {The} get {bags} more {thing.s} from {B}. ~ {bags} come to {the}.
step owned = it + bags | {=} {thing.s}. | How many now? ~ And now? ~ Now? | t(thing): all {thing.s}

then halves t
tell Half of {the} break.
step whole = it / 2 | {=} {thing.s}. | How many {thing.s} are whole?
"""


def situation(text: str = STORY) -> tuple[Situation, Library]:
    parsed = parse_stories(text.replace("{B}", "{C}"), "kites")
    asking = tuple(target for target in parsed.targets if not target.part.takes)
    going_on = tuple(target for target in parsed.targets if target.part.takes)
    only = Situation("kites", asking, parsed.extras)
    return only, Library((only,), {"t": going_on})


def drafts(steps: int, count: int = 200, **style: int | str) -> list[Draft]:
    _, library = situation()
    writer = Writer(Planner(library, steps, steps), Style(**style))  # pyright: ignore[reportArgumentType]
    found: list[Draft] = []
    for seed in range(count):
        rng = Random(seed)
        found.append(writer.write(rng, *writer.sketch(rng)))
    return found


def test_names_that_are_taken_get_a_number_and_formulas_follow() -> None:
    formulas = {
        (draft.steps[3].name, draft.steps[4].name, draft.steps[4].formula)
        for draft in drafts(2)
        if draft.meta["continuations"] == ["kites/gifts"]
    }
    assert formulas == {("bags_2", "owned_2", "owned + bags_2")}


def test_new_names_are_free_themselves() -> None:
    _, library = situation()
    gifts = library.continuations["t"][0]
    assert renamed(gifts, {"bags", "bags_2"}) == (("bags", "bags_3"),)
    assert ledger_of(gifts, (("bags", "bags_3"),)).hanging == (("", " + bags_3"),)


def test_every_noun_and_wording_is_drawn_and_percent_signs_stay() -> None:
    texts = [draft.text for draft in drafts(1, 600)]
    for piece in ("kites", "drums", "bags.", "boxes.", "100% of them", "Each box", "What number?"):
        assert any(piece in text for text in texts), piece
    assert not any("%%" in text or "%s" in text for text in texts)


def test_what_was_reached_is_spoken_of_by_its_noun() -> None:
    texts = [draft.text for draft in drafts(3, 300)]
    assert any("Half of all kites break." in text for text in texts)
    assert any("The drums get" in text for text in texts)


@pytest.mark.parametrize(
    ("wordings", "variety", "count"),
    [("all", 3, 54), ("all", 1, 16), ("all", 0, 2), ("seen", 3, 16), ("unseen", 3, 2)],
)
def test_a_choice_of_wordings_says_how_many_texts_there_are(
    wordings: Wordings, variety: int, count: int
) -> None:
    only, _ = situation()
    sheet = sheet_of(only.targets[0], WordingChoice(wordings, variety), True)
    assert sheet.count * 2 == count
    assert sheet.choices == sheet.count * 4
    assert len({sheet.script(place).pattern.text for place in range(sheet.count)}) == sheet.count


def test_no_more_scripts_are_kept_than_there_is_room_for() -> None:
    only, _ = situation()
    sheet = Sheet(only.targets[0], WordingChoice(), asked=True)
    for place in range(sheet.count):
        sheet.script(place)
    assert len(sheet.scripts) == sheet.count
    many = dict.fromkeys(range(1_000, 1_256), sheet.script(0))
    sheet.scripts.clear()
    sheet.scripts.update(many)
    sheet.script(3)
    assert len(sheet.scripts) == 1


def test_irrelevant_sentences_have_people_and_numbers() -> None:
    texts = [draft.text for draft in drafts(1, 40, min_distractors=1, max_distractors=1)]
    assert all("years old, and 100% of" in text for text in texts)


def test_people_are_different_and_missing_ones_are_nobody() -> None:
    for seed in range(200):
        people = draw_people("few", 0b1011, Random(seed).random)
        assert len(people) == 28
        assert len({people[0], people[7], people[21]}) == 3
        assert {*people[14:21]} == {""}
    assert draw_people("few", 0, Random(0).random) == []
    first = {draw_people("few", 1, Random(seed).random)[0] for seed in range(200)}
    assert first == {name for name, _ in names_of("few")}


def test_a_step_that_only_repeats_a_number_can_be_gone_on_from() -> None:
    text = (
        "template cats\nlet a = 3..9\nlet b = 3..9\ntell {a} cats.\ntell {b} dogs.\n"
        "step some = a | {=} cats. | How many cats are there? | pets: the cats\n"
        "step both = some + b | {=} animals. | How many animals are there?\n"
        "then come pets\nlet c = 2..9\ntell {c} more come.\n"
        "step now = it + c | {=} pets. | How many pets are there now?\n"
    )
    parsed = parse_stories(text, "cats")
    asking = tuple(target for target in parsed.targets if not target.part.takes)
    going_on = tuple(target for target in parsed.targets if target.part.takes)
    library = Library((Situation("cats", asking, ()),), {"pets": going_on})
    writer, rng = Writer(Planner(library, 1, 2), Style()), Random(1)
    drafts = [writer.write(rng, *writer.sketch(rng)) for _ in range(200)]
    assert all(draft.answer == draft.steps[-1].value for draft in drafts)
    assert any("(" not in draft.key for draft in drafts)
    assert any(draft.meta["continuations"] == ["cats/come"] for draft in drafts)
