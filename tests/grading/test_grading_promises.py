"""What every checker promises for every string, found through the registry."""

import string
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from underdog.core import Problem, Question
from underdog.grading import checkers, open_checker

QUESTION = Question("q", "t", "How many?", ("12", "B) bank", "the mall", "(D) 3/4"))
LIGHT = [name for name in checkers.names() if name != "math"]
# ruff: noqa: E501
HOSTILE = [
    "", " ", "\x00", "\ud800", "9" * 10_000, "1e999999999", "10**10**8", "10^{10^{8}}", "{" * 10_000,
    "[" * 10_000, "(" * 10_000, "\\boxed{" * 5_000, "\\frac{" * 3_000, "#### " * 5_000, "-" * 10_000,
    "answer is " * 5_000, "$" * 9_999, "```\n" * 5_000, "1," * 9_999, "1/" * 9_999, "١٢٣", "²³¹",
    "a" * 1_000_000, "\n" * 1_000_000, "answer is" + "\n" * 100_000, "≡", "≡x", "\\text{" * 999,
    "yes no " * 9_999, "A B C " * 9_999, '{"a":' * 9_999, '"' * 9_999, "1e-999", "%" * 999, "½" * 99,
    "\u202e12", "NaN", "Infinity", "-0", "1 2 3", "1 1/0", "\\frac{1}{0}", "x=", "=", "\\", "\\\\",
    '{"a":1e999999999999999999}', "[" + "1," * 9_999 + "1]", "\\left(" * 99, "\\[" * 9_999, " " * 100_000 + "x", "answer" + " " * 100_000, ". " * 50_000, "!" * 99, "1!" * 99,
]  # fmt: skip
PIECES = st.sampled_from(
    [*string.ascii_letters, *string.digits, *string.punctuation, " ", "\n", "\\frac{1}{2}", "1,000",
     "\\boxed{", "}", "####", "The answer is ", "Answer:", "yes", "no", "bank", "the mall", "(B)",
     "½", "−", "%", "\\text{", "$", "\\pm", "\\sqrt{2}", "\\pi", "3/4", "e5", "million", "and", "or",
     "```", '{"a": 1}', "[1, 2.0]", "def f():\n    return 1", "x = ", "\u00a0", "²", "ß", "İ"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=8).map("".join))
NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.fractions(max_denominator=10**6).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
)


def make(name):
    return open_checker(name)


def test_the_promised_checkers_are_registered():
    assert set(checkers.names()) == {
        "choice", "code", "exact", "json_schema", "label", "math", "numeric", "text",
    }  # fmt: skip


@pytest.mark.parametrize("name", checkers.names())
def test_names_are_specs(name):
    assert make(name).name == name


@pytest.mark.parametrize("name", checkers.names())
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_hostile_strings_neither_raise_nor_hang(name, text):
    checker = open_checker("math:timeout_s=2") if name == "math" else make(name)
    found = checker.extract(text, QUESTION)
    assert found.strict is None or found.flexible == found.strict
    key = checker.vote_key(text, QUESTION)
    assert checker.vote_key(key, QUESTION) == key
    assert checker.equal(text, text, QUESTION)
    assert checker.equal(text, "7", QUESTION) == checker.equal("7", text, QUESTION)
    grade = checker.grade(text, Problem(QUESTION, "B"))
    assert grade.status in ("right", "wrong", "undecided")
    assert 0 <= grade.score <= 1


@pytest.mark.parametrize("name", LIGHT)
@given(texts=st.lists(st.one_of(TEXTS, NUMBERS), min_size=2, max_size=2))
@settings(max_examples=150)
def test_keys_and_equality_agree(name, texts):
    assert_promises(make(name), *texts)


@given(texts=st.lists(st.one_of(TEXTS, NUMBERS), min_size=2, max_size=2))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_keys_and_equality_agree_for_math(texts):
    assert_promises(open_checker("math:timeout_s=2"), *texts)


def assert_promises(checker, left, right):
    keys = [checker.vote_key(text, QUESTION) for text in (left, right)]
    assert [checker.vote_key(key, QUESTION) for key in keys] == keys
    assert checker.equal(left, left, QUESTION)
    same = checker.equal(left, right, QUESTION)
    assert same == checker.equal(right, left, QUESTION)
    assert same or keys[0] != keys[1]
    found = checker.extract(left, QUESTION)
    assert found.strict is None or found.strict == found.flexible


@pytest.mark.parametrize("name", [name for name in checkers.names() if name != "code"])
def test_a_grade_is_equality_with_gold(name):
    checker = make(name)
    for gold in ("12", "B", "yes", '{"a":1}'):
        for answer in ("12", "B", "no", "yes", '{"a": 1.0}', "13"):
            grade = checker.grade(answer, Problem(QUESTION, gold))
            assert (grade.status == "right") == checker.equal(answer, gold, QUESTION)


@pytest.mark.parametrize("name", checkers.names())
def test_without_gold_nothing_is_decided(name):
    assert make(name).grade("1", Problem(QUESTION)).status == "undecided"


@pytest.mark.parametrize("name", checkers.names())
def test_checkers_work_from_several_threads(name):
    checker = make(name)
    answers = [f"\\frac{{{n}}}{{7}}+\\sqrt{{{n}}}" for n in range(12)]
    expected = [checker.vote_key(answer, QUESTION) for answer in answers]
    seen: list[list[str]] = []

    def work():
        seen.append([checker.vote_key(answer, QUESTION) for answer in answers])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected] * 4
