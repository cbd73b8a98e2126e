"""Where the form `answer` looks for the answer: its sentence on the first line, else anywhere."""

import pytest

from underdog.core import Limits, Question, SandboxResult
from underdog.forms import forms
from underdog.grading import checkers


class Nowhere:
    name = "nowhere"

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        return SandboxResult("crashed")

    def close(self) -> None:
        """Nothing to end."""


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("The answer is 7.\nThe answer is 5.", "7"),
        ("There are 12 apples.\nThe answer is 5.", "5"),
        ("12 apples and 3 pears.\nSo the answer is 15.", "15"),
        ("Let me think.\n\nThe answer is 5.", "5"),
        ("\n\nThe answer is 7.\nOr 8.", "7"),
    ],
)
def test_only_a_stated_answer_on_the_first_line_counts_before_the_rest(
    reply: str, answer: str
) -> None:
    checker = checkers.create("numeric")
    reading = forms.create("answer").read(reply, Question("q", "t", "?"), checker, Nowhere())
    assert reading.answer == answer
