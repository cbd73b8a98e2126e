"""Stories and questions about documents."""

from pathlib import Path

import pytest

from tests.data.sources.scripted_sources import PASSAGE, reasons, together, total
from underdog.core import Problem, Prompt, Question, Sandbox
from underdog.data.sources.documents import passages
from underdog.data.sources.stories import FEATURES, story_seeds, uses
from underdog.engines.scripted import ScriptedEngine
from underdog.errors import DataError

SEED = Problem(
    Question("s", "stories", "Write a story."),
    None,
    "train",
    {"words": ["carry", "kite", "happy", "Ada"], "features": ["speech", "lesson"]},
)
GOOD = (
    "One morning Ada carried her kite up the hill. The wind was strong. “Fly high,” said Ada, and "
    "the kite rose into the sky. Then the string slipped out of her hand. A boy caught it and gave "
    "it back. Ada was happier than before. She learned that a friend is better than a strong hand."
)


def test_a_story_that_meets_its_demands_is_kept(sandbox: Sandbox) -> None:
    made = together("stories", [SEED], GOOD, sandbox)
    [example] = made.examples
    assert example.completion == GOOD
    assert example.tags["words"] == ["carry", "kite", "happy", "Ada"]


@pytest.mark.parametrize(
    ("story", "reason", "detail"),
    [
        (GOOD.replace("kite", "ball"), "demand not met", "kite"),
        (GOOD.replace("“", "").replace("”", ""), "demand not met", "speech"),
        (GOOD.replace("learned", "thought"), "demand not met", "lesson"),
        ("Ada carried a happy kite.", "bad length", "5 words"),
        (GOOD + " She ran home." * 6, "repetitive", ""),
        (GOOD + " more" * 400, "truncated", ""),
        ("I'm sorry, I can't.", "refusal", ""),
    ],
)
def test_stories_are_checked(story: str, reason: str, detail: str, sandbox: Sandbox) -> None:
    [record] = together("stories", [SEED], story, sandbox).records
    assert record.reason == reason
    assert detail in record.detail


def test_the_same_story_twice_is_one(sandbox: Sandbox) -> None:
    assert reasons(together("stories:n=2", [SEED], GOOD, sandbox)) == ["", "duplicate"]


def test_story_seeds_differ_and_repeat() -> None:
    first, again = list(story_seeds(30, seed=4)), list(story_seeds(30, seed=4))
    assert first == again
    assert len({one.question.text for one in first}) == 30
    assert all(len(one.meta["features"]) == 2 for one in first)
    assert next(story_seeds(1, num_features=0)).meta["features"] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("speech", 'She said "come here" at once.'),
        ("question", "“Where is it?” asked Ben."),
        ("lesson", "It was a long and hard day for all. From that day on he shared."),
        ("weather", "It was a windy day."),
    ],
)
def test_features_are_seen(name: str, text: str) -> None:
    assert FEATURES[name][1](text)
    assert not FEATURES[name][1]("A cat sat down.")


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [("he hopped", "hop", True), ("she carries", "carry", True), ("hopeful", "hop", False),
     ("the tiniest", "tiny", True), ("two boats", "boat", True), ("it danced", "dance", True)],
)  # fmt: skip
def test_words_are_found_in_their_regular_forms(text: str, word: str, found: bool) -> None:
    assert uses(text, word) is found


@pytest.mark.parametrize("meta", [{}, {"words": ["a"], "features": ["magic"]}])
def test_seeds_that_are_no_draws_are_refused(meta: dict[str, object], sandbox: Sandbox) -> None:
    with pytest.raises(DataError, match="'s'"):
        together("stories", [Problem(SEED.question, None, "", meta)], GOOD, sandbox)


# documents

FACT = (
    " What broke the wheel of the mill in 1861?\n"
    "Quote: It ground barley until a flood broke its wheel in 1861.\nAnswer: a flood"
)


def reads(first: str, again: str = "The answer is a flood.") -> ScriptedEngine:
    def reply(prompt: Prompt, seed: int) -> str:
        return f"Question:{first}" if prompt.prefix else again

    return ScriptedEngine(reply)


def test_a_grounded_question_is_kept_with_its_quote(sandbox: Sandbox) -> None:
    made = together("documents", passages([PASSAGE]), reads(FACT), sandbox, "text")
    [example] = made.examples
    assert PASSAGE in example.prompt
    assert example.completion.endswith("The answer is a flood.")
    assert example.tags["quote"] == "It ground barley until a flood broke its wheel in 1861."
    assert made.problems[0].question.context == PASSAGE
    assert total(made).calls == 2


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("ground barley", "ground wheat", "quote not found"),
        ("a flood", "the great storm of that year", "answer not in quote"),
        ("Answer: a flood", "Answer: the", "no answer"),
        ("Answer: a flood", "Answer: wheel", "answer in question"),
        ("1861?", "1861.", "no question"),
        ("the mill", "this passage", "needs the passage"),
        ("Quote:", "Cite:", "no question"),
        ("Answer: a flood", "Answer: " + "a flood " * 150, "truncated"),
    ],
)
def test_questions_must_be_grounded(old: str, new: str, reason: str, sandbox: Sandbox) -> None:
    changed = FACT[::-1].replace(old[::-1], new[::-1], 1)[::-1]
    made = together("documents", passages([PASSAGE]), reads(changed), sandbox, "text")
    assert reasons(made) == [reason]


@pytest.mark.parametrize("again", ["The answer is barley.", "Sorry.", "The answer is the."])
def test_an_answer_that_is_not_confirmed_is_refused(again: str, sandbox: Sandbox) -> None:
    made = together("documents", passages([PASSAGE]), reads(FACT, again), sandbox, "text")
    assert reasons(made) == ["unconfirmed"]


def test_more_words_for_the_same_answer_confirm_it(sandbox: Sandbox) -> None:
    engine = reads(FACT, "The answer is a sudden flood.")
    assert together("documents", passages([PASSAGE]), engine, sandbox, "text").num_accepted == 1


def test_confirming_can_be_left_out(sandbox: Sandbox) -> None:
    made = together("documents:confirm=0", passages([PASSAGE]), reads(FACT), sandbox, "text")
    assert (made.num_accepted, made.usage.calls) == (1, 1)


def test_a_seed_without_a_passage_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(DataError, match="no passage"):
        together("documents", [Problem(Question("q", "d", "x"), None)], "x", sandbox)


def test_documents_are_cut_between_sentences(tmp_path: Path) -> None:
    path = tmp_path / "mill.txt"
    path.write_text(PASSAGE + "\n\n" + "word " * 50 + ".")
    found = list(passages([path], longest=30))
    assert [one.id for one in found] == ["mill.txt#0", "mill.txt#1", "mill.txt#2"]
    assert " ".join(one.question.context for one in found) == " ".join(path.read_text().split())
    assert list(passages([""])) == []


def test_a_document_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.bin"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"odd\.bin"):
        list(passages([path]))
