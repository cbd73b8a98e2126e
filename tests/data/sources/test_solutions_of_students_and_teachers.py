"""Self-sampling, several teachers, and weak against strong."""

import pytest

from tests.data.sources.scripted_sources import (
    EGGS,
    EGGS_CHAIN,
    EGGS_PROGRAM,
    PENS,
    reasons,
    together,
)
from underdog.core import ModelShape, Problem, Prompt, Question, Sandbox
from underdog.data.sources import sources
from underdog.data.sources.collecting.sampling_report import sampling_report
from underdog.engines.scripted import ScriptedEngine
from underdog.errors import ConfigError, UnknownNameError, UsageError

OTHER_WAY = "Half of them is 6 * 6 = 36, and 36 + 36 = 72.\nThe answer is 72."
REWORDED = "In all 12*6=72 eggs are hers.\nThe answer is 72."


def script(replies: list[str]) -> ScriptedEngine:
    """Replies one after the other, whatever the seeds."""
    waiting = list(replies)
    return ScriptedEngine(lambda prompt, seed: waiting.pop(0))


def test_of_solutions_that_calculate_the_same_one_is_kept(sandbox: Sandbox) -> None:
    replies = [EGGS_CHAIN, REWORDED, OTHER_WAY, "The answer is 3."]
    made = together("self:k=4", [EGGS], script(replies), sandbox)
    assert reasons(made) == ["", "duplicate", "", "wrong answer"]


def test_no_more_ways_than_the_limit_are_kept(sandbox: Sandbox) -> None:
    made = together("self:k=3,keep=1", [EGGS], script([EGGS_CHAIN, OTHER_WAY, REWORDED]), sandbox)
    assert reasons(made) == ["", "over the limit", "duplicate"]


def test_programs_that_differ_in_names_only_are_one(sandbox: Sandbox) -> None:
    renamed = EGGS_PROGRAM.replace("boxes", "a").replace("per_box", "b")
    other = "```python\ndef solution():\n    return 6 * 12\n```"
    made = together(
        "self:k=3,form=program", [EGGS], script([EGGS_PROGRAM, renamed, other]), sandbox
    )
    assert reasons(made) == ["", "duplicate", ""]


def test_equations_of_the_model_are_solutions_too(sandbox: Sandbox) -> None:
    made = together("self:k=1,form=equations", [EGGS], "12 * 6 = 72", sandbox)
    assert made.examples[0].tags["form"] == "equations"


def test_every_teacher_is_asked_and_named(sandbox: Sandbox) -> None:
    engines = {
        "main": ScriptedEngine(EGGS_CHAIN, name="a"),
        "other": ScriptedEngine(OTHER_WAY, name="b"),
        "third": ScriptedEngine(EGGS_CHAIN, name="c"),
    }
    made = together("teachers", [EGGS], engines, sandbox)
    assert [(one.teacher, one.accepted) for one in made.records] == [
        ("main", True), ("other", True), ("third", True),
    ]  # fmt: skip
    assert [one.tags["teacher"] for one in made.examples] == ["main", "other", "third"]


def test_teachers_can_be_chosen_and_may_need_different_numbers_of_steps(sandbox: Sandbox) -> None:
    def good(prompt: Prompt, seed: int) -> str:
        rewording = prompt.messages[0].content.startswith("Reword")
        text = "Every one of Mia's 12 boxes holds 6 eggs. What number of eggs is that?"
        return text if rewording else EGGS_CHAIN

    engines = {
        "main": ScriptedEngine("never asked", name="a"),
        "good": ScriptedEngine(good, name="b"),
        "bad": ScriptedEngine("Sorry, no.", name="c"),
    }
    spec = "teachers:source=paraphrase(k=1),roles=good+bad"
    made = together(spec, [EGGS], engines, sandbox)
    assert {one.teacher: one.reason for one in made.records} == {"good": "", "bad": "refusal"}


def test_teachers_that_do_not_exist_are_named(sandbox: Sandbox) -> None:
    with pytest.raises(UnknownNameError, match="chief"):
        together("teachers:roles=chief", [EGGS], "x", sandbox)
    with pytest.raises(ConfigError, match="nested"):
        sources.create("teachers:source=teachers")
    with pytest.raises(UnknownNameError, match="hintde"):
        sources.create("teachers:source=hintde")


def two(weak: str, strong: str, times: int = 3) -> dict[str, ScriptedEngine]:
    return {
        "main": ScriptedEngine("x"),
        "weak": ScriptedEngine(weak, name="weak", shape=ModelShape(1000)),
        "strong": ScriptedEngine(strong, name="strong", shape=ModelShape(1000 * times)),
    }


def test_the_weak_model_samples_as_often_as_its_size_allows(sandbox: Sandbox) -> None:
    made = together("matched:n=2", [EGGS, PENS], two(OTHER_WAY, EGGS_CHAIN), sandbox)
    weak, strong = sorted(sampling_report(made), key=lambda one: -one.num_samples)
    assert (weak.teacher, weak.num_samples, strong.num_samples) == ("weak", 12, 4)
    assert (weak.coverage, strong.diversity) == (0.5, 0.5)
    assert weak.coverage_interval.low < 0.5 < weak.coverage_interval.high
    assert weak.false_positives == 0.0
    assert weak.usage.calls + strong.usage.calls == made.usage.calls


def test_right_answers_by_wrong_reasoning_are_counted_not_dropped(sandbox: Sandbox) -> None:
    flawed = "12 * 6 = 70, so about that.\nThe answer is 72."
    made = together("matched", [EGGS], two("The answer is 1.", flawed), sandbox)
    strong, weak = sampling_report(made)
    assert (strong.num_flawed, strong.false_positives) == (1, 1.0)
    assert strong.false_positives_interval is not None
    assert (weak.false_positives, weak.false_positives_interval) == (None, None)
    assert made.num_accepted == 1


def test_a_ratio_can_be_given_where_no_architecture_is_known(sandbox: Sandbox) -> None:
    engines = {role: ScriptedEngine(EGGS_CHAIN, name=role) for role in ("main", "weak", "strong")}
    with pytest.raises(UsageError, match="'weak'"):
        together("matched", [EGGS], engines, sandbox)
    made = together("matched:ratio=2.5,n=2", [EGGS], engines, sandbox)
    assert {one.teacher: one.num_samples for one in sampling_report(made)} == {
        "weak": 5, "strong": 2,
    }  # fmt: skip
    with pytest.raises(UnknownNameError, match="strong"):
        together(
            "matched:ratio=2", [EGGS], {"main": engines["main"], "weak": engines["weak"]}, sandbox
        )


def test_no_gold_means_nothing_to_compare(sandbox: Sandbox) -> None:
    made = together("matched", [Problem(Question("q", "d", "?"), None)], two("a", "b"), sandbox)
    assert (reasons(made), sampling_report(made)) == (["no gold answer"], [])
