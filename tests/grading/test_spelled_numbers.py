"""Numbers in words become digits; prose that only begins with one does not."""

import pytest

from underdog.core import Question
from underdog.grading import open_checker
from underdog.grading.numerals import read_number
from underdog.grading.spelled_numbers import all_in_digits, in_digits

QUESTION = Question("q", "t", "?")


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("twelve", "12"),
        ("Twenty-one", "21"),
        ("eighty-eight thousand nine hundred ninety nine", "88999"),
        ("one hundred five thousand", "105000"),
        ("one million two hundred thousand", "1200000"),
        ("one thousand one", "1001"),
        ("eleven hundred", "1100"),
        ("a hundred", "100"),
        ("a thousand dollars", "1000 dollars"),
        ("zero", "0"),
        ("fifty percent", "50 percent"),
        ("two and a half hours", "5/2 hours"),
        ("thirty and a quarter", "121/4"),
        ("half an hour", "1/2 hour"),
        ("half", "1/2"),
        ("quarter of an hour", "1/4 hour"),
        ("a third", "1/3"),
        ("a fourth", "1/4"),
        ("one fifth", "1/5"),
        ("five sixths", "5/6"),
        ("three sevenths", "3/7"),
        ("seven eighths", "7/8"),
        ("two ninths", "2/9"),
        ("three tenths", "3/10"),
        ("two thirds", "2/3"),
        ("three quarters of a mile", "3/4 mile"),
        ("three-quarters", "3/4"),
        ("three halves", "3/2"),
        ("three quarters", "3 quarters"),
        ("an hour and a half", "3/2 hour"),
        ("2 weeks and a half", "5/2 weeks"),
        ("two miles and a quarter", "9/4 miles"),
    ],
)
def test_numbers_in_words(words: str, digits: str) -> None:
    assert in_digits(words) == digits


@pytest.mark.parametrize(
    "text",
    [
        "one of them",
        "One cannot be sure",
        "five six",
        "twenty twenty",
        "nineteen ninety",
        "zero five",
        "seventy zero",
        "twenty third",
        "ten thousand million",
        "one hundred and",
        "one hundred and and five",
        "hundred",
        "a dozen",
        "a dog",
        "some",
        "ninety-nine bottles of beer on the wall",
        "the hour and a half",
        "half an hour and a half",
        "",
        "18",
    ],
)
def test_what_only_looks_like_a_number_is_left(text: str) -> None:
    assert in_digits(text) is None


def test_all_numbers_of_a_text() -> None:
    assert all_in_digits("one hour and thirty-five minutes") == "1 hour and 35 minutes"
    assert all_in_digits("no number") == "no number"
    assert all_in_digits("twenty and five, one hundred and five") == "20 and 5, 105"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("minus eight", -8),
        ("twelve apples", 12),
        ("18 boys and two girls", None),
        ("3 hours and twenty minutes", None),
        ("18 for each one", 18),
    ],
)
def test_answers_in_words(text: str, value: int | None) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("The answer is 5 or 6.", None),
        ("The answer is either $5 or $6.", None),
        ("The answer is x = 5 or x = 6.", None),
        ("The answer is 1/2 or 0.5.", "1/2"),
        ("The answer is not 5 but 6.", "6"),
        ("The answer is 5. Wait. The answer is 6.", "6"),
        ("#### 5\n\nQuestion: How many?\n#### 7", "5"),
        ("Question: How many?\n#### 7", "7"),
        ("\nQuestion: How many?\n#### 7", "7"),
        ("Answer: 3 + 4 = 7", "7"),
        ("Answer: \\boxed{7}", "7"),
        ("Answer: twelve", "twelve"),
        ("#### 5\nThe answer is not 6.", "5"),
        ("Answer: 5 apples x 2 = 10", "10"),
    ],
)
def test_what_a_reply_leaves_open_is_no_answer(reply: str, answer: str | None) -> None:
    assert open_checker("numeric").extract(reply, QUESTION).flexible == answer
