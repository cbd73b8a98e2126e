"""Word problems: exact, determined by their text, natural, and split honestly."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.generators.item_checks import check_family
from underdog.core import Item
from underdog.errors import ConfigError, DataError, UnknownNameError
from underdog.forms.arithmetic import evaluate
from underdog.forms.solutions import expressions, is_given
from underdog.generators.drawing import generate
from underdog.generators.stories.microgsm import MicroGSM
from underdog.generators.stories.sheets.draws import LARGEST
from underdog.generators.stories.words import Words
from underdog.generators.stories.writer import built_in

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"[a-z]+")
_SAID = {
    "twice": 2,
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
MANY, SOME = 10_000, 500


@cache
def items_of(spec: str, count: int = SOME, split: str = "train", seed: int = 3) -> list[Item]:
    kind, _, knobs = spec.partition(":")
    values = dict(knob.split("=") for knob in knobs.split(",") if knob)
    arguments = {key: int(value) if value.isdigit() else value for key, value in values.items()}
    family = (Words if kind == "words" else MicroGSM)(**arguments)
    return list(islice(generate(family, split, seed), count))


def numbers_in(text: str) -> set[float]:
    said = {float(value) for word, value in _SAID.items() if word in text.lower()}
    return said | {float(number) for number in _NUMBER.findall(text)}


def check(item: Item, size: str = "usual") -> None:
    text = item.problem.question.text
    assert not re.search(r"[{}<>]|\s\s| [.,]|\.\.", text), text
    question = text.rpartition(". ")[2] if text.endswith("?") else text.partition("?")[0] + "?"
    assert question.endswith("?"), text
    values = [float(step.value) for step in item.steps]
    assert all(0 < value <= LARGEST[size] for value in values), item
    for step in item.steps:
        if is_given(step):
            assert float(step.value) in numbers_in(text), (step.name, text)
        else:
            assert step.text.endswith("."), step
            assert step.question.endswith("?"), step
            assert step.value in step.text, step
    pairs = expressions(item)
    assert pairs is not None
    for written, value in pairs:
        assert evaluate(written) == evaluate(value), item
    assert len(pairs) == item.problem.meta["steps"]
    assert item.steps[-1].value == item.problem.gold


@pytest.mark.parametrize(
    "spec",
    [
        "words",
        "words:min_steps=1,max_steps=8,max_distractors=3,question=mixed",
        "words:numbers=small,question=start",
        "microgsm:max_distractors=2",
        "microgsm:numbers=usual,wording=unseen",
    ],
)
def test_items_are_exact_and_determined_by_their_text(spec: str) -> None:
    size = "small" if "small" in spec or spec == "microgsm:max_distractors=2" else "usual"
    for item in items_of(spec, 200):
        check(item, size)


def test_every_form_gives_the_gold_answer_and_every_formula_runs() -> None:
    check_family("words:min_steps=1,max_steps=8", 80)
    check_family("words:chain=3", 20)
    check_family("microgsm", 40)


@pytest.mark.slow
def test_ten_thousand_items_are_exact_and_every_template_appears() -> None:
    items = items_of("words:min_steps=1,max_steps=6,max_distractors=1", MANY)
    for item in items:
        check(item)
    seen = Counter(str(item.problem.meta["template"]) for item in items)
    known = {target.part.name for one in built_in().situations for target in one.targets}
    assert set(seen) == known
    assert max(seen.values()) < MANY / 25
    continued = {name for item in items for name in item.problem.meta["continuations"]}
    every = {
        target.part.name for targets in built_in().continuations.values() for target in targets
    }
    assert continued == every


@pytest.mark.slow
def test_large_numbers_stay_exact() -> None:
    for item in items_of("words:numbers=large,max_steps=8", 3_000):
        check(item, "large")


def test_the_number_of_steps_keeps_its_bounds() -> None:
    def lengths(low: int, high: int, count: int) -> set[object]:
        items = items_of(f"words:min_steps={low},max_steps={high}", count)
        return {item.problem.meta["steps"] for item in items}

    assert lengths(3, 6, 200) == {3, 4, 5, 6}
    assert lengths(8, 8, 20) == {8}


def test_no_two_steps_share_a_name_and_formulas_follow_renamed_ones() -> None:
    for item in items_of("words:min_steps=5,max_steps=8", 200):
        values: dict[str, str] = {}
        for step in item.steps:
            assert step.name not in values, item
            assert set(re.findall(r"[a-z]\w*", step.formula)) <= set(values), item
            written = re.sub(r"[a-z]\w*", lambda match: values[match[0]], step.formula)  # noqa: B023
            assert evaluate(written.replace("//", "/")) == evaluate(step.value), item
            values[step.name] = step.value


def test_the_same_numbers_under_other_names_have_the_same_key() -> None:
    here = Words(names="europe", max_distractors=2)
    there = Words(names="africa", max_distractors=2)
    differ = 0
    for seed in range(200):
        left, right = here.draft(Random(seed)), there.draft(Random(seed))
        assert left.key == right.key
        assert left.answer == right.answer
        differ += left.text != right.text
    assert differ > 150


def test_a_key_says_neither_wording_nor_situation() -> None:
    for item in items_of("words"):
        assert not _WORD.search(item.key.removeprefix("words:")), item.key


def test_items_of_two_splits_never_share_a_key_whatever_the_wording() -> None:
    train = {item.key for item in items_of("microgsm:wording=seen", 600, "train")}
    test = {item.key for item in items_of("microgsm:wording=unseen", 100, "test", 4)}
    assert not train & test
    words = {item.key for item in items_of("words:max_steps=2", 100, "test")}
    assert not train & words


def test_unseen_wordings_are_never_seen() -> None:
    def sentences(wording: str) -> set[str]:
        items = items_of(f"microgsm:wording={wording}", 600)
        texts = (re.sub(r"\d+", "#", item.problem.question.text) for item in items)
        names = r"\b(Ana|Mia|Zoe|Ida|Ben|Leo|Sam|Tom)\b"
        return {
            re.sub(names, "@", sentence)
            for text in texts
            for sentence in re.split(r"(?<=[.?]) ", text)
        }

    assert not sentences("seen") & sentences("unseen")


def test_a_small_vocabulary_is_closed_and_unseen_wordings_stay_in_it() -> None:
    known = MicroGSM().vocabulary
    assert len(known) <= 120

    def used(wording: str, split: str) -> set[str]:
        items = items_of(f"microgsm:wording={wording},max_distractors=2", 800, split)
        texts = [item.problem.question.text.lower() for item in items]
        texts += [step.text.lower() for item in items for step in item.steps]
        return {word for text in texts for word in _WORD.findall(text)}

    seen = used("seen", "train")
    assert seen <= known
    assert used("unseen", "train") <= seen


def test_more_variety_makes_more_texts() -> None:
    def texts(variety: int) -> int:
        items = items_of(f"microgsm:variety={variety},max_steps=2", 600)
        return len({re.sub(r"\d+", "#", item.problem.question.text) for item in items})

    assert texts(0) < texts(1) < texts(3)


def test_distractors_are_counted_and_change_neither_key_nor_answer() -> None:
    plain, busy = Words(), Words(min_distractors=2, max_distractors=2)
    for item in islice(generate(busy, "train", 1), 100):
        assert item.problem.meta["distractors"] == 2
    longer = 0
    for seed in range(100):
        without, with_two = plain.draft(Random(seed)), busy.draft(Random(seed))
        assert without.meta["template"] == with_two.meta["template"]
        assert (without.key, without.answer) == (with_two.key, with_two.answer)
        longer += len(numbers_in(with_two.text)) > len(numbers_in(without.text))
    assert longer > 80


def test_the_question_can_stand_first() -> None:
    texts = [item.problem.question.text for item in items_of("words:question=start", 200)]
    first = [text for text in texts if text.endswith(".")]
    assert len(first) > 100
    assert all(text.partition("?")[0].count(".") == 0 for text in first)
    ends = {item.problem.question.text[-1] for item in items_of("words:question=mixed", 100)}
    assert ends == {".", "?"}


def test_chained_problems_hang_on_each_other() -> None:
    for item in items_of("words:chain=3", 60):
        text = item.problem.question.text
        assert text.count("Problem 3:") == 1
        assert re.search(r"Let X be the answer to Problem 1 (plus|minus) \d+\.", text)
        assert re.search(r"Let Y be the answer to Problem 2 (plus|minus) \d+\.", text)
        body = text.partition("Problem 2:")[2]
        assert re.search(r"\bX\b", body.partition("Let Y")[0])
        assert re.search(r"\bY\b", body.partition("Problem 3:")[2])
        assert item.problem.meta["chain"] == 3


def test_a_chains_key_has_the_keys_of_its_parts_in_it() -> None:
    family = Words(chain=2, max_steps=2)
    keys = [family.draft(Random(seed)).key for seed in range(100)]
    assert len(set(keys)) > 95
    assert all(not _WORD.search(key.removeprefix("words:")) for key in keys)


def test_a_users_own_stories_are_told(tmp_path: Path) -> None:
    path = tmp_path / "kites.story"
    path.write_text(
        "template kites\nlet bags = 3..9\nlet each = 3..9\n"
        "tell {A} has {bags} bags of {each} kites.\n"
        "step kites = bags * each | {A} has {=} kites. | How many kites does {A} have?\n"
    )
    draft = Words(min_steps=1, max_steps=1, stories=str(path)).draft(Random(1))
    assert draft.meta["template"] == "kites/kites"
    with pytest.raises(DataError, match=r"no .story file"):
        Words(stories=str(tmp_path / "none"))


def test_stories_without_natural_numbers_are_said(tmp_path: Path) -> None:
    path = tmp_path / "odd.story"
    path.write_text(
        "template odd\nlet a = 3, 5\ntell There are {a} cats.\n"
        "step halves = a / 2 | {=} cats. | How many cats are half of them?\n"
    )
    with pytest.raises(DataError, match="natural numbers"):
        Words(min_steps=1, max_steps=1, stories=str(path)).draft(Random(1))


def test_stories_that_cannot_be_chained_are_said(tmp_path: Path) -> None:
    path = tmp_path / "price.story"
    path.write_text(
        "template price\nlet a = 3..9\ntell A hat costs ${a}.\n"
        "step hats = a * 2 | {=} dollars. | How many dollars do two hats cost?\n"
    )
    with pytest.raises(DataError, match="chained"):
        Words(min_steps=1, max_steps=1, chain=2, stories=str(path)).draft(Random(1))


@pytest.mark.parametrize(
    "knobs",
    [
        {"min_steps": 0},
        {"max_steps": 9},
        {"min_steps": 4, "max_steps": 3},
        {"max_distractors": 4},
        {"min_distractors": 1},
        {"variety": 4},
        {"numbers": "huge"},
        {"question": "middle"},
        {"chain": 6},
    ],
)
def test_wrong_knobs_are_refused(knobs: dict[str, int | str]) -> None:
    with pytest.raises(ConfigError):
        Words(**knobs)  # pyright: ignore[reportArgumentType]


def test_unknown_places_are_refused() -> None:
    with pytest.raises(UnknownNameError):
        Words(situation="moon")
    with pytest.raises(UnknownNameError):
        Words(names="moon")
    with pytest.raises(ConfigError):
        MicroGSM(wording="new")


def grams(text: str, size: int = 8) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z]+|#", re.sub(r"\d[\d,.]*", "#", text.lower()))
    return zip(*(words[start:] for start in range(size)), strict=False)


@pytest.mark.slow
def test_no_eight_words_in_a_row_come_from_a_test_set(data_dir: Path) -> None:
    ours: dict[tuple[str, ...], str] = {}
    for spec in ("words:min_steps=1,max_steps=6,max_distractors=1", "microgsm:max_distractors=1"):
        for item in items_of(spec, MANY if spec.startswith("words") else SOME):
            for gram in grams(item.problem.question.text):
                ours.setdefault(gram, str(item.problem.meta["template"]))
    shared: dict[str, set[str]] = {}
    for path in sorted(data_dir.glob("*/test.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for gram in grams(json.loads(line)["question"]):
                if gram in ours and gram.count("#") < 4:
                    shared.setdefault(ours[gram], set()).add(" ".join(gram))
    assert not shared
