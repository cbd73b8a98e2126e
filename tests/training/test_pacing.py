"""What is fed at which progress: shares, difficulty, hints, prompts, lengths."""

import pytest

from underdog.core import Example, Segment
from underdog.errors import ConfigError, DataError, UnknownNameError
from underdog.training.pacing.curriculum import Curriculum
from underdog.training.pacing.hint_decay import HintDecay
from underdog.training.pacing.length_warmup import LengthWarmup
from underdog.training.pacing.pool_shares import PoolShares
from underdog.training.pacing.prompt_erasing import PromptErasing, erased
from underdog.training.schedules import schedules

STANDING = {"sums": 0.5, "stories": 0.3, "words": 0.2}


def shares_of(**courses: str) -> PoolShares:
    return PoolShares({name: schedules.create(spec) for name, spec in courses.items()}, STANDING)


@pytest.mark.parametrize(
    ("progress", "wanted"),
    [(0.0, (0.8, 0.12, 0.08)), (0.5, (0.4, 0.36, 0.24)), (1.0, (0.0, 0.6, 0.4))],
)
def test_a_named_pool_has_its_share_and_the_others_divide_the_rest(progress, wanted) -> None:
    found = shares_of(sums="linear:start=0.8,end=0").at(progress)
    assert found == pytest.approx(wanted)
    assert sum(found) == pytest.approx(1)


def test_shares_that_cannot_be_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="sums"):
        shares_of(summs="linear")
    with pytest.raises(ConfigError, match=r"sum to 1\.2 at 0\.0%"):
        shares_of(sums="linear:start=0.9", words="linear:start=0.3,end=0")
    with pytest.raises(ConfigError, match=r"sum to 0\.995 at .*leave a pool out"):
        shares_of(sums="linear", stories="linear:start=0,end=0", words="linear:start=0,end=0")


@pytest.mark.parametrize(
    ("spec", "at_0", "at_half", "at_1"),
    [
        ("linear:start=0.2,end=0.8", 0.2, 0.5, 0.8),
        ("linear:start=1,end=0,begin=0.5", 1.0, 1.0, 0.0),
        ("linear:start=1,end=0,until=0.25", 1.0, 0.0, 0.0),
        ("root:start=0.1,end=0.9,until=0.8", 0.1, 0.1 + 0.8 * 0.625**0.5, 0.9),
        ("step:start=0.3,end=0.7,at=0.5", 0.3, 0.7, 0.7),
    ],
)
def test_courses_are_functions_of_progress(spec, at_0, at_half, at_1) -> None:
    course = schedules.create(spec)
    assert [course.factor(at) for at in (0.0, 0.5, 1.0)] == pytest.approx([at_0, at_half, at_1])
    assert course.factor(1.7) == course.factor(1.0)


@pytest.mark.parametrize(
    "spec", ["linear:start=2", "linear:begin=0.5,until=0.5", "step:at=0", "root:end=-1"]
)
def test_a_course_outside_0_to_1_is_refused(spec) -> None:
    with pytest.raises(ConfigError, match=spec.partition(":")[0]):
        schedules.create(spec)


def item(name: str, **tags) -> Example:
    turns = (Segment("Add 3 and 4.", "user", 0.0), Segment("7", "assistant", 1.0))
    return Example(name, turns, tags)


def test_the_curriculum_admits_the_easiest_of_each_pool_and_family() -> None:
    scales = {("a", "sums"): 1.0, ("a", "words"): 100.0, ("b", "sums"): 0.01}
    examples, pools = [], []
    for number in range(10):
        for (pool, family), scale in scales.items():
            hardness = (7 * number) % 10 * scale
            examples.append(item(f"{pool}{family}{number}", family=family, difficulty=hardness))
            pools.append(pool)
    curriculum = Curriculum(schedules.create("linear:start=0,end=1"))
    hardest = []
    for progress in (0.0, 0.25, 0.5, 1.0):
        admitted = curriculum.admitted(examples, pools, progress)
        assert admitted == sorted(admitted)
        counts = {key: 0 for key in scales}
        for place in admitted:
            counts[pools[place], str(examples[place].tags["family"])] += 1
        assert set(counts.values()) == {max(1, -(-int(progress * 100) // 10))}
        by_scale = {
            key: [
                float(examples[place].tags["difficulty"]) / scale
                for place in admitted
                if (pools[place], examples[place].tags["family"]) == key
            ]
            for key, scale in scales.items()
        }
        assert len({round(max(one)) for one in by_scale.values()}) == 1
        hardest.append(round(max(by_scale["a", "sums"])))
    assert hardest == [0, 2, 4, 9]


@pytest.mark.parametrize("difficulty", [None, float("nan"), "hard"])
def test_a_curriculum_needs_difficulties(difficulty) -> None:
    tags = {} if difficulty is None else {"difficulty": difficulty}
    curriculum = Curriculum(schedules.create("root:start=0.2"))
    with pytest.raises(DataError, match="'x' of pool 'a' has none"):
        curriculum.admitted([item("y", difficulty=1), item("x", **tags)], ["a", "a"], 0.5)


def weights(example: Example) -> list[tuple[str, float]]:
    return [(piece.text, piece.weight) for piece in example.segments if piece.role == "assistant"]


def test_hints_fade_from_the_front_of_the_reply() -> None:
    reply = (Segment("one\ntwo\nth", "assistant", 1.0), Segment("ree\nfour", "assistant", 0.5))
    example = Example("x", (Segment("q", "user", 0.0), *reply))
    hints = HintDecay(schedules.create("linear:start=1,end=0"))
    assert weights(hints.edited(example, 0.0)) == [
        ("one\ntwo\nth", 0.0), ("ree\n", 0.0), ("four", 0.5),
    ]  # fmt: skip
    assert weights(hints.edited(example, 0.5)) == [
        ("one\ntwo\n", 0.0), ("th", 1.0), ("ree\nfour", 0.5),
    ]  # fmt: skip
    assert hints.edited(example, 1.0) == example
    for progress in (0.0, 0.3, 0.5, 0.9):
        edited = hints.edited(example, progress)
        assert edited.messages == example.messages
    hints.check([item("y"), example])
    with pytest.raises(DataError, match="one line each"):
        hints.check([item("y")])


def instructed(number: int, **tags) -> Example:
    turns = (
        Segment("Show your work.", "system", 0.0),
        Segment("A farm.\n\nHow many cows?\nA) one\nB) two\n\nEnd with #### x.", "user", 0.0),
        Segment("two", "assistant", 1.0),
    )
    return Example(f"x{number}", turns, {"question": "How many cows?"} | tags)


def test_an_erased_prompt_is_context_question_and_choices() -> None:
    with_choices = erased(instructed(0, choices=["one", "two"]))
    assert [piece.text for piece in with_choices.segments] == [
        "A farm.\n\nHow many cows?\nA) one\nB) two", "two",
    ]  # fmt: skip
    assert erased(instructed(0)).prompt == "A farm.\n\nHow many cows?"
    unknown = instructed(0, question="Where are the cows?")
    assert erased(unknown) == unknown


def test_prompts_are_erased_for_a_growing_share_of_the_same_items() -> None:
    examples = [instructed(number) for number in range(2000)]
    erasing = PromptErasing(schedules.create("linear:start=0,end=1"), 3)

    def bare(progress: float) -> set[str]:
        edited = [erasing.edited(one, progress) for one in examples]
        return {one.id for one in edited if one.segments[0].role == "user"}

    assert bare(0.0) == set()
    assert len(bare(0.5)) / 2000 == pytest.approx(0.5, abs=0.04)
    assert bare(0.25) < bare(0.5) < bare(1.0)
    assert len(bare(1.0)) == 2000
    erasing.check(examples)
    with pytest.raises(DataError, match="nothing to erase"):
        erasing.check([item("x"), item("y", question="Add 3 and 4.")])


def test_longer_items_come_later() -> None:
    warmup = LengthWarmup(schedules.create("linear:start=0.25,end=1,until=0.5"))
    assert [warmup.limit(400, at) for at in (0.0, 0.25, 0.5, 1.0)] == [100, 250, 400, 400]
