"""What counts as a repeated test item, and what does not."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underdog.data.decontamination import Benchmark, ContaminationIndex, Passage, Thresholds

STORY = (
    "Marisol keeps 14 hens behind the old mill. Every morning she collects one egg from each hen, "
    "keeps three for Tobias and sells the others at the market for 40 cents apiece. How many cents "
    "does Marisol earn in a week?"
)
PASSAGES = (
    Passage("hens", STORY),
    Passage("short", "Do hamsters provide food for any animals?"),
    Passage("sum", "What is 5 plus 7?"),
    Passage("rows", "12 + 7 + 5 + 9 + 1 + 3 + 4 + 8 + 16 + 21 + 6 + 2 + 11 + 13 ="),
    Passage("lamp", "A lamp in the harbour turns once in 24 seconds, the buoy blinks twice."),
)


@pytest.fixture(scope="module")
def index():
    return ContaminationIndex.build([Benchmark("mine/test", PASSAGES)])


def rules(index, text):
    return [(hit.item, hit.rule) for hit in index.hits(text)]


def renamed(text):
    return text.replace("Marisol", "Oduya").replace("Tobias", "Kaito")


def renumbered(text):
    return re.sub(r"\d+", "95", text).replace("three", "twenty-five")


def test_a_verbatim_copy_is_found_with_its_words(index):
    (hit,) = index.hits(f"Solve this. {STORY} Think first.")
    assert (hit.benchmark, hit.item, hit.rule, hit.share) == ("mine/test", "hens", "ngram", 1.0)
    assert hit.excerpt.startswith("Marisol keeps 14 hens")
    assert str(hit).startswith("ngram match with hens of mine/test: 'Marisol keeps 14")


@pytest.mark.parametrize("change", [str.upper, str.lower, lambda text: re.sub(r"[.,?]", "", text)])
def test_case_and_punctuation_hide_nothing(index, change):
    assert rules(index, change(STORY)) == [("hens", "ngram")]


def test_thirteen_words_are_enough_and_twelve_are_not(index):
    words = STORY.split()
    assert rules(index, " ".join(words[8:21])) == [("hens", "ngram")]
    assert rules(index, " ".join(words[8:20])) == []


def test_other_numbers_are_found_as_such(index):
    short = " ".join(renumbered(STORY).split()[:15])
    assert rules(index, short) == [("hens", "numbers")]


def test_other_names_and_numbers_are_found_by_the_template(index):
    limits = Thresholds(ngram=30)
    index = ContaminationIndex.build([Benchmark("mine", PASSAGES)], limits)
    (hit,) = index.hits(renamed(renumbered(STORY)))
    assert (hit.rule, hit.share, hit.excerpt) == ("template", 1.0, "")
    assert str(hit) == "template match with hens of mine (100% of its content)"


def test_the_template_needs_most_of_the_content(index):
    other = renamed(renumbered(STORY))
    half = other[: len(other) // 3] + " Then a fox came and took four of them during the night."
    limits = ContaminationIndex.build([Benchmark("mine", PASSAGES)], Thresholds(ngram=30))
    assert limits.hits(half) == []


def test_a_short_item_is_found_only_word_for_word(index):
    assert rules(index, "Q: do hamsters provide food, for any animals") == [("short", "whole")]
    assert rules(index, "Do hamsters provide food for most animals?") == []


def test_a_short_item_is_not_pieced_together_from_two_texts(index):
    first, second = "Do hamsters provide food", "for any animals?"
    assert list(index.scan([first, second])) == [[], []]


@pytest.mark.parametrize(
    "text",
    [
        "What is 5 plus 7?",
        "What is 5 plus 9?",
        "12 + 7 + 5 + 9 + 1 + 3 + 4 + 8 + 16 + 21 + 6 + 2 + 11 + 13 =",
        "3 + 4",
        "",
        "?!.",
        "Twelve boats leave the harbour and a lamp blinks while the tide turns.",
    ],
)
def test_what_is_too_short_or_only_numbers_is_never_flagged(index, text):
    assert index.hits(text) == []


def test_wording_that_many_test_items_share_is_no_evidence():
    frame = "Read the following message of a customer and name the one intent that fits it best: "
    asks = [f"{chr(97 + n) * 4} went missing" for n in range(20)]
    items = [Passage(str(n), frame + ask) for n, ask in enumerate(asks)]
    index = ContaminationIndex.build([Benchmark("intents", tuple(items))])
    assert index.hits(frame + "something else entirely") == []
    assert [hit.item for hit in index.hits(items[3].text)] == ["3"]


def test_copies_of_one_item_in_several_test_sets_remain_evidence():
    texts = [STORY.replace("14", str(n + 20)) for n in range(15)]
    sets = [Benchmark(f"set{n}", (Passage("x", text),)) for n, text in enumerate(texts)]
    index = ContaminationIndex.build(sets)
    assert len(index.hits(STORY)) == 15


def test_passages_of_one_item_give_one_hit():
    twice = (Passage("one", STORY), Passage("one", f"Context. {STORY}"))
    assert len(ContaminationIndex.build([Benchmark("b", twice)]).hits(STORY)) == 1


def test_unicode_spellings_are_evened_out(index):
    assert rules(index, STORY.replace("fi", "\ufb01").replace(" ", "\u00a0")) == [("hens", "ngram")]


def test_numbers_with_separators_are_the_same_number():
    item = Passage("a", "Arlo has 12000 people and 3 wells, so how many people share each well?")
    index = ContaminationIndex.build([Benchmark("b", (item,))])
    assert [hit.rule for hit in index.hits(item.text.replace("12000", "12,000"))] == ["ngram"]


TEXTS = (STORY, renamed(STORY), "3 + 4", "", PASSAGES[1].text)


@settings(max_examples=20)
@given(st.lists(st.sampled_from(TEXTS), max_size=9))
def test_scanning_many_texts_gives_what_looking_at_each_gives(texts):
    index = INDEX
    assert list(index.scan(texts, batch=4)) == [index.hits(text) for text in texts]


@settings(max_examples=30)
@given(st.text(max_size=300))
def test_any_text_can_be_looked_up(text):
    INDEX.hits(text)
    ContaminationIndex.build([Benchmark("b", (Passage("1", text),))]).hits(text)


def test_an_index_of_nothing_finds_nothing():
    assert ContaminationIndex.build([]).hits(STORY) == []


INDEX = ContaminationIndex.build([Benchmark("mine/test", PASSAGES)])
