"""What a critique says about the step that is wrong, and the attempt's sentence that shows it."""

import re

import pytest

from underdog.core import Item, Problem, Question
from underdog.core.item import Step
from underdog.forms import forms
from underdog.forms.equations import run_chain

_CARRY = re.compile(r"(\d+) ([*-]) (\d+) is (\S+) and not (\S+)")
_OPERATOR = re.compile(r"it (adds|subtracts|multiplies|divides)\b.* where it should be (.+)")
_NUMBER = re.compile(r"it has (\d+) instead of (\d+)")


def rolls(number: int) -> tuple[Item, list[str]]:
    """An item of two steps, and its right calculations."""
    left, total = 10 + number, (10 + number) * 34
    right = [f"{left} * 34 = {total}", f"{total} - 7 = {total - 7}"]
    steps = (
        Step("made", f"{left} * 34", str(total), f"That makes {right[0]} rolls."),
        Step("rest", "made - 7", str(total - 7), f"{right[1]} rolls are left."),
    )
    question = Question("q", "t", "?")
    return Item(Problem(question, str(total - 7), "train", {}), steps, f"key{number}"), right


def test_the_reason_tells_what_the_attempt_wrote_and_what_is_right() -> None:
    kinds: set[str] = set()
    for number in range(80):
        one, right = rolls(number)
        attempted, repaired = forms.create("critique").parts(one)
        said = re.match(r"Check: step (\d) is wrong, (.*)\.\n", repaired)
        assert said is not None, repaired
        place = int(said[1]) - 1
        written, exact = attempted.splitlines()[place], right[place]
        expression, value = exact.split(" = ")
        assert exact not in written
        if found := _CARRY.fullmatch(said[2]):
            kinds.add("carry")
            assert said[2] == f"{expression} is {value} and not {found[5]}"
            assert f"{expression} = {found[5]}" in written
        elif found := _NUMBER.fullmatch(said[2]):
            kinds.add("number")
            assert re.search(rf"\b{found[1]}\b", written)
            assert re.search(rf"\b{found[2]}\b", expression)
        else:
            kinds.add("operator")
            found = _OPERATOR.fullmatch(said[2])
            assert found is not None, said[2]
            assert found[2] == expression
    assert kinds == {"carry", "number", "operator"}


def test_a_sentence_around_the_calculation_is_kept_in_the_attempt() -> None:
    for number in range(40):
        one, _ = rolls(number)
        first, second = forms.create("critique").parts(one)[0].splitlines()
        assert re.fullmatch(r"1\. That makes \d+ [-+*/] \d+ = \d+ rolls\.", first)
        assert re.fullmatch(r"2\. -?\d+ [-+*/] \d+ = \S+ rolls are left\.", second)


@pytest.mark.parametrize(
    "text", ["12 rolls are 3 * 4 = 12.", "3 * 4 = 12, so there are 12 rolls.", "Twelve."]
)
def test_a_sentence_that_would_give_the_right_value_away_is_left_out(text: str) -> None:
    for number in range(20):
        question = Question("q", "t", "?")
        item = Item(
            Problem(question, "12", "train", {}), (Step("a", "3 * 4", "12", text),), f"key{number}"
        )
        attempted, repaired = forms.create("critique").parts(item)
        assert re.fullmatch(r"1\. \d+ [-+*/] \d+ = \S+\.\n", attempted), attempted
        assert "Check: step 1 is wrong" in repaired
        assert text in repaired


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Each of them needs 12 * 8 = 96", "96"),
        ("Altogether: 3 + 4 = 7", "7"),
        ("The price, 10 / 4 = 2.5", "2.5"),
        ("She pays $5 * 3 = $15", "15"),
    ],
)
def test_words_before_a_calculation_are_left_out(line: str, value: str) -> None:
    assert str(float(run_chain(line))) == str(float(value))
