"""The question and nothing else, or a public field in its place."""

import pytest

from underdog.core import Item, Message, Problem, Question
from underdog.errors import UnknownNameError
from underdog.forms import forms
from underdog.grading import open_checker
from underdog.sandbox.late import LateSandbox

QUESTION = Question("q", "t", "Name the intent.\n\nMy card?", fields={"bare": "My card?"})


def test_the_prompt_is_the_question_or_a_public_field() -> None:
    asked = forms.create("direct").prompt(QUESTION)
    assert asked.messages == (Message("user", QUESTION.text),)
    assert (asked.prefix, len(asked.messages)) == ("", 1)
    bare = forms.create("direct:field=bare").prompt(QUESTION)
    assert bare.messages == (Message("user", "My card?"),)


def test_a_field_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownNameError, match="bear"):
        forms.create("direct:field=bear").prompt(QUESTION)


@pytest.mark.parametrize(
    ("checker", "reply", "answer"),
    [
        ("label:labels=card_lost|card_late", "card_late", "card_late"),
        ("numeric", "That is 3 + 4 = 7.\nThe answer is 7.", "7"),
        ("json_schema", '{"person": ["Ann"]}', '{"person": ["Ann"]}'),
    ],
)
def test_the_reply_holds_the_answer(checker: str, reply: str, answer: str) -> None:
    form = forms.create("direct")
    found = form.read(reply, QUESTION, open_checker(checker), LateSandbox("auto"))
    assert (found.answer, found.status) == (answer, "ok")


def test_its_own_solution_is_the_answer_alone() -> None:
    item = Item(Problem(QUESTION, "card_late"), (), "key")
    assert forms.create("direct").render(item) == "card_late"
