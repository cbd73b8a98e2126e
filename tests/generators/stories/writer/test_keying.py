"""Keys written quickly are the keys that the canonical form gives."""

from collections.abc import Iterator
from random import Random

import pytest

from underdog.generators.stories.sheets.formulas import canon_text
from underdog.generators.stories.sheets.library import Library
from underdog.generators.stories.sheets.parsing import parse_stories
from underdog.generators.stories.writer import Planner, StorySketch, Style, Writer, built_in
from underdog.generators.stories.writer.chaining import canonical
from underdog.generators.stories.writer.keying import key_of, shape_of


def sketches(folder: str, count: int) -> Iterator[tuple[str, StorySketch]]:
    longest = 8 if folder == "situations" else 6
    writer, rng = Writer(Planner(built_in(folder), 1, longest), Style()), Random(5)
    return (writer.sketch(rng) for _ in range(count))


@pytest.mark.parametrize("folder", ["situations", "micro"])
def test_a_key_is_the_text_of_the_canonical_form(folder: str) -> None:
    for key, sketch in sketches(folder, 2_000):
        assert key == f"words:{canon_text(canonical(sketch, {}))}"


def test_every_shape_of_every_target_agrees_with_the_canonical_form() -> None:
    """All pairs of an end and a continuation, those that are hardly ever drawn included."""
    library = built_in()
    kinds: dict[tuple[str, str, str], None] = {}
    for _, sketch in sketches("situations", 3_000):
        for place in range(1, len(sketch.plan.parts)):
            before, after = sketch.plan.parts[place - 1], sketch.plan.parts[place]
            level = shape_of(before, "+").level
            kinds[before.part.name, after.part.name, level] = None
            both = (sketch.plan.parts[: place + 1], sketch.texts[: place + 1])
            plan = sketch.plan._replace(parts=both[0])
            assert key_of(*both) == canon_text(canonical(StorySketch(plan, (), both[1]), {}))
    assert len(kinds) > 400
    assert {level for _, _, level in kinds} == {"+", "*"}
    assert library.continuations


def test_a_step_that_only_repeats_a_number_can_be_gone_on_from() -> None:
    text = (
        "template cats\nlet a = 3..9\nlet b = 3..9\ntell {a} cats, {b} dogs.\n"
        "step some = a | {=} cats. | How many cats are there? | pets: the cats\n"
        "step both = some + b | {=} animals. | How many animals are there?\n"
        "then come pets\nlet c = 2..9\ntell {c} more come.\n"
        "step now = it + c | {=} pets. | How many pets are there now?\n"
    )
    text = text.replace("{a} cats, {b} dogs.", "{a} cats.\ntell {b} dogs.")
    situation = parse_stories(text, "cats")
    then = [target for target in situation.targets if target.part.takes]
    asking = [target for target in situation.targets if not target.part.takes]
    library = Library((type(situation)("cats", tuple(asking), ()),), {"pets": tuple(then)})
    writer, rng = Writer(Planner(library, 1, 2), Style()), Random(1)
    keys: set[str] = set()
    for _ in range(200):
        key, sketch = writer.sketch(rng)
        assert key == f"words:{canon_text(canonical(sketch, {}))}"
        keys.add(key)
        draft = writer.write(rng, key, sketch)
        assert draft.answer == draft.steps[-1].value
    assert any("(" not in key for key in keys)
