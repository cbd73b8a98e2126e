"""Reading answers from replies: the strict and the flexible rule of every light checker."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.paths import DATA
from underdog.core import Problem, Question
from underdog.grading import open_checker
from underdog.grading.markers import boxed, first_sentence
from underdog.grading.numerals import MAX_NUMERAL_CHARS, read_number, write_number
from underdog.grading.numeric import close
from underdog.grading.text import token_f1

PLAIN = Question("q", "t", "?")
CHOICES = Question("q", "t", "?", ("A) bank", "library", "department store"))


def read(spec, reply, question=PLAIN):
    found = open_checker(spec).extract(reply, question)
    return found.strict, found.flexible


@pytest.mark.parametrize(
    ("reply", "strict", "flexible"),
    [
        ("3 + 4 = 7\n#### 7", "7", "7"),
        ("#### 1,234 eggs", "1,234 eggs", "1,234 eggs"),
        (r"so \boxed{\frac{1}{2}}", r"\frac{1}{2}", r"\frac{1}{2}"),
        (r"\boxed{1} no, \boxed{\boxed{2}}", "2", "2"),
        (r"The answer is $\boxed{5}$.", "5", "5"),
        ("The answer is 3 * 6 = 18. I have 2 dogs.", "18", "18"),
        ("The answer is 18 because 3 * 6 is 18", "18", "18"),
        ("The final answer is: **18**", "18", "18"),
        ("Answer:\n\n7", "7", "7"),
        ("The answer is unclear. We get 9", None, "9"),
        ("The answer is 5.\nQ: next? The answer is none.", "5", "5"),
        ("we get 3+4=7 then 5-3=2", None, "2"),
        ("profit of -$7.50", None, "-$7.50"),
        ("pages 10-12", None, None),
        ("about 1 1/2 cups", None, "1 1/2 cups"),
        ("about 1 1/2 rolls", None, "1 1/2"),
        ("nothing here", None, None),
        (r"\boxed{8", None, "8"),
    ],
)
def test_numeric(reply, strict, flexible):
    assert read("numeric", reply) == (strict, flexible)


@pytest.mark.parametrize(
    ("reply", "strict", "flexible"),
    [
        ("The answer is (C).", "C", "C"),
        ("the correct option is B because A is wrong", "B", "B"),
        ("Answer: bank", "A", "A"),
        ("I pick (B) over (A)... no: (B)", None, "B"),
        ("Option C it is", None, "C"),
        ("A revolving door leads to a library", None, "B"),
        ("I think B", None, "B"),
        ("the answer is Z", None, None),
        ("no idea", None, None),
    ],
)
def test_choice(reply, strict, flexible):
    assert read("choice", reply, CHOICES) == (strict, flexible)


@pytest.mark.parametrize(
    ("spec", "reply", "strict", "flexible"),
    [
        ("label", "So the answer is yes.", "yes", "yes"),
        ("label", "No, since there is yes in it", None, "no"),
        ("label", "It is so: true", None, "yes"),
        ("label", "I know nothing", None, None),
        ("label:labels=top_up|no", "The answer is top_up", "top_up", "top_up"),
        ("label:labels=yes|no|maybe", "Answer: maybe", "maybe", "maybe"),
        ("text", "The answer is Delhi. It is big.", "Delhi", "Delhi"),
        ("text", "First\n**Delhi**\n\n", None, "Delhi"),
        ("text", "\n", None, None),
        ("exact", "#### ab", "ab", "ab"),
        ("exact:ignore_case=true", "x\nAB", None, "AB"),
        ("math", r"The answer is $x=1$ and $x=2$.", "x=1, x=2", "x=1, x=2"),
        ("math", r"The answer is $\frac12$ metres, since $1+1=2$", r"\frac12", r"\frac12"),
        ("math", r"Answer: \(x\)", "x", "x"),
        ("math", "so $a$ and \\[b\\] and 7", None, "b"),
        ("math", "no formula but 7", None, "7"),
        ("math", r"\boxed{$221,$8$}", "$221,$8$", "$221,$8$"),
        ("math", "The answer is ", None, None),
    ],
)
def test_words_and_formulas(spec, reply, strict, flexible):
    assert read(spec, reply) == (strict, flexible)


def test_labels_with_underscores_are_read_with_spaces():
    checker = open_checker("label:labels=card_arrival|lost_card")
    assert checker.vote_key("Lost Card", PLAIN) == "lost_card"
    assert checker.grade("card_arrival", Problem(PLAIN, "card_arrival")).status == "right"


def test_boxes_inside_boxes_count_once():
    assert [place.text for place in boxed(r"\boxed{\fbox{1}} \boxed{2\}}")] == [r"\fbox{1}", r"2\}"]


def test_a_sentence_ends_at_its_full_stop_but_not_inside_a_name():
    assert first_sentence("3.5 dollars. Then") == "3.5 dollars"
    assert first_sentence("Dr. Strange.") == "Dr. Strange"


def test_partial_credit_is_the_f1_of_the_tokens():
    grade = open_checker("text").grade("the Eiffel", Problem(PLAIN, "Eiffel Tower"))
    assert grade.status == "wrong"
    assert grade.score == pytest.approx(2 / 3)
    assert token_f1("yes", "yes indeed") == 0
    assert token_f1("a b", "c") == 0
    assert token_f1("The x", "x") == 1


@given(st.fractions(), st.integers(min_value=1, max_value=9))
def test_writing_a_number_is_idempotent_and_within_its_grid(value, digits):
    text = write_number(value, digits)
    again = read_number(text)
    assert again is not None
    assert write_number(again, digits) == text
    assert close(value, again, Fraction(1, 10**digits))


@given(st.integers(), st.integers())
def test_different_whole_numbers_are_never_close(left, right):
    assert close(Fraction(left), Fraction(right), Fraction(999, 1000)) == (left == right)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_thousands_are_read_as_written(value):
    assert read_number(f"{value:,}") == value
    assert read_number(f"${value:,}.00 each") == value


SPECS = {
    **dict.fromkeys(
        ["gsm8k", "svamp", "multiarith", "mawps", "addsub", "singleeq", "singleop", "gsm_hard",
            "aime24", "amc23", "teaching_arithmetic"],
        "numeric",
    ),
    "math500": "math", "olympiadbench": "math", "aqua": "choice", "commonsenseqa": "choice",
    "strategyqa": "label", "pubmedqa": "label:labels=yes|no|maybe", "hotpotqa_closed": "text",
}  # fmt: skip


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the data sets: set UNDERDOG_DATA_DIR")
@pytest.mark.parametrize("name", SPECS)
def test_every_gold_answer_is_accepted_by_its_own_checker(name):
    checker = open_checker(SPECS[name])
    refused = []
    for path in sorted((DATA / name).glob("*.jsonl")):
        for line in filter(None, path.read_text("utf-8").split("\n")):
            row = json.loads(line)
            meta = row["meta"]
            choices = meta.get("options") or list((meta.get("choices") or {}).values())
            question = Question(row["id"], name, row["question"], tuple(choices))
            gold = row["answer"]
            strict = checker.extract(f"So\n#### {gold}", question).strict
            problem = Problem(question, gold)
            if strict is None or checker.grade(strict, problem).status != "right":
                refused.append((row["id"], gold, strict))
            if checker.grade(gold, problem).status != "right":
                refused.append((row["id"], gold, "as it stands"))
    assert refused == []


def test_what_grows_too_long_in_plain_characters_is_no_number():
    assert read_number("½") is not None
    assert read_number("½" * MAX_NUMERAL_CHARS) is None
