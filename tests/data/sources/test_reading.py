"""Equations, programs, numbers and wording, as sources read them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.sources.scripted_sources import EGGS
from underdog.data.sources.replies.model_programs import calculates, literals, parsed, program_way
from underdog.data.sources.replies.question_numbers import question_numbers, with_numbers, written
from underdog.data.sources.replies.stated_equations import false_equation, stated_equations, way
from underdog.data.sources.replies.variants import draw_variants, free_numbers, tried
from underdog.data.sources.replies.wording import copied_share, is_refusal, leaked_hint, squeezed
from underdog.sandbox.probing import OpenSandbox


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("48/2 = 24 clips, 48 + 24 = 72", ["48/2=24", "48+24=72"]),
        ("5 × 4 = 6 + 14 = 20", ["5*4=6", "6+14=20"]),
        ("It costs $3 * 4 = $12.", ["3*4=12"]),
        ("25% of 80 is x = 20 and y = 3", []),
        ("(2 + 3) * 4 = 20", ["(2+3)*4=20"]),
        ("\\[ 15 \\times 2 = 30 \\] and \\frac{50}{2} = 25", ["15*2=30", "(50)/(2)=25"]),
        ("1 / 0 = 5", []),
        ("12 = 12", []),
    ],
)
def test_equations_are_found(text: str, found: list[str]) -> None:
    assert [str(one) for one in stated_equations(text)] == found


@pytest.mark.parametrize(
    ("text", "false"),
    [
        ("10 / 3 = 3.33", None),
        ("10 / 3 = 3.34", "10/3=3.34"),
        ("2 * 2 = 4 and 2 * 3 = 5", "2*3=5"),
        ("1,000 * 2 = 2,000", None),
    ],
)
def test_rounding_to_the_last_digit_is_no_lie(text: str, false: str | None) -> None:
    assert false_equation(text) == false


def test_ways_without_equations_are_told_apart_by_their_words() -> None:
    assert way("It is heads, still.") == way("it is heads still") != way("It is tails.")


@pytest.mark.parametrize("code", ["def (", "x = 1e999", "", "return 'a'", "\x00"])
def test_programs_that_are_none_break_nothing(code: str) -> None:
    assert literals(code) == []
    assert isinstance(program_way(code), str)
    assert not calculates(code)
    assert (parsed(code) is None) == (code in ("def (", "\x00"))


def test_layout_comments_and_docstrings_make_no_other_way() -> None:
    plain = "def solution():\n    a = 1 + 2\n    return a"
    noted = 'def solution():\n    """Add."""\n    b = 1 + 2  # sum\n\n    return b'
    assert program_way(plain) == program_way(noted) != program_way(plain.replace("2", "3"))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("On 3/4 at 10:30 the 5th of 2 teams ran 2.5 km.", ["2", "5/2"]),
        ("25% of 1,250 people, 3-day tickets, $4.", ["25", "1250", "3", "4"]),
        ("v1.2.3 and x^2", []),
    ],
)
def test_numbers_of_a_question(text: str, values: list[str]) -> None:
    assert [str(one.value) for one in question_numbers(text)] == values


@given(st.integers(0, 10**7), st.integers(0, 3))
def test_written_numbers_are_read_back(number: int, decimals: int) -> None:
    value = Fraction(number, 10**decimals)
    [read] = question_numbers(f"It is {written(value, decimals)} now.")
    assert (read.value, read.decimals) == (value, decimals)


def test_numbers_keep_their_signs_around_them() -> None:
    text = "Of 40% and $2.50 and 40 nuts"
    new = {Fraction(40): Fraction(60), Fraction(5, 2): Fraction(3)}
    assert with_numbers(text, new) == "Of 60% and $3.00 and 60 nuts"


def test_only_numbers_that_both_state_as_often_are_free() -> None:
    question = "Mia has 12 jars, 12 lids, 7 cups and 100 nuts. 1 cup breaks. How many?"
    code = "def solution():\n    return 12 + 7 + 100 - 1"
    assert [int(one.value) for one in free_numbers(question, code)] == [7]


@pytest.mark.parametrize(
    "code",
    [
        "def solution():\n    return 12 * 6 if 1 else 'no'",
        "def solution(): a = 12; return a * 6",
        "solution = lambda: 12 * 6",
        "def solution():\n    total = [12, 6]\n    return total[0] * total[1]",
    ],
)
def test_odd_programs_give_sound_variants_or_none(code: str, sandbox: OpenSandbox) -> None:
    from random import Random

    drawn = draw_variants(EGGS.question.text, code, 4, Random(1))
    for one in tried(code, drawn, sandbox):
        left, right = (int(word) for word in one.question.split() if word.isdigit())
        assert one.answer == str(left * right)


def test_percentages_stay_below_a_hundred() -> None:
    from random import Random

    drawn = draw_variants(
        "He pays 80% of 50 euros?", "def solution():\n    return 50 * 80 / 100", 60, Random(2)
    )
    assert all(0 < int(one.question.split("%")[0].split()[-1]) <= 95 for one in drawn)


def test_wording() -> None:
    assert squeezed("A cat, a DOG!") == "a cat a dog"
    assert copied_share("too short", "too short") == 0.0
    assert copied_share("a b c d e f g", "a b c d e f h") == 0.5
    assert is_refusal("  Sorry, no")
    assert not is_refusal("The answer is 3.")
    assert leaked_hint("We add 3 and 4.", "?") is None
    assert leaked_hint("as we were told", "?") == "were told"
