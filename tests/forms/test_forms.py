"""Every form asks, opens the reply, and reads back what an ideal reply says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.core import Limits, Question, Sandbox, SandboxResult, Shot
from underdog.forms import forms
from underdog.forms.cot import CHOICE_SHOTS, MATH_SHOTS
from underdog.forms.equations import SHOTS as EQUATION_SHOTS
from underdog.forms.equations import run_chain
from underdog.forms.layout import lay_out
from underdog.forms.program import SHOTS as PROGRAM_SHOTS
from underdog.forms.program import program_in
from underdog.grading import checkers

QUESTION = Question("q", "t", "How many?")
CHOICE = Question("q", "t", "Which?", choices=("oak", "pear", "elm", "fir"))
ANSWERS = ("13", "300", "25", "27")


@pytest.fixture(scope="module")
def sandbox():
    from underdog.sandbox.probing import open_sandbox

    opened = open_sandbox("monty")
    yield opened
    opened.close()


class Ended:
    """A sandbox in which every program ends the same way."""

    name = "ended"

    def __init__(self, result: SandboxResult) -> None:
        self.result = result

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        return self.result

    def close(self) -> None:
        """Nothing to end."""


NOWHERE = Ended(SandboxResult("crashed"))


def read(form: str, reply: str, sandbox: Sandbox, question: Question = QUESTION):
    checker = checkers.create("choice" if question.choices else "numeric")
    return forms.create(form).read(reply, question, checker, sandbox)


@pytest.mark.parametrize("name", forms.names())
@pytest.mark.parametrize("question", [QUESTION, CHOICE], ids=["open", "choice"])
def test_a_form_asks_in_turns_that_end_with_the_question(name: str, question: Question) -> None:
    form = forms.create(name)
    prompt = form.prompt(question)
    assert prompt.messages[0].role in ("system", "user")
    assert prompt.messages[-1].role == "user"
    assert question.text in prompt.messages[-1].content
    assert form.max_tokens > 0


@pytest.mark.parametrize("name", forms.names())
def test_given_shots_replace_the_forms_own(name: str) -> None:
    form = forms.create(name)
    bare = form.prompt(QUESTION, ()).messages
    shown = form.prompt(QUESTION, [Shot("a", "b")]).messages
    assert [message.role for message in shown[-3:]] == ["user", "assistant", "user"]
    assert (len(shown), shown[-1]) == (len(bare) + 2, bare[-1])


def test_a_chain_of_thought_is_asked_for_below_every_question() -> None:
    asked, _, last = forms.create("cot").prompt(CHOICE, [Shot("a", "b")]).messages
    ask = last.content.removeprefix(lay_out(CHOICE))
    assert asked.content == "a" + ask
    assert "the letter of the right option" in ask


@pytest.mark.parametrize(
    ("form", "shots"),
    [("cot", MATH_SHOTS), ("program", PROGRAM_SHOTS), ("equations", EQUATION_SHOTS)],
)
def test_the_worked_examples_give_their_answers(form, shots, sandbox) -> None:
    for shot, answer in zip(shots, ANSWERS, strict=True):
        reading = read(form, shot.reply, sandbox)
        assert (reading.status, reading.strict) == ("ok", True)
        assert float(reading.answer) == float(answer)


@pytest.mark.parametrize("shots", [MATH_SHOTS, PROGRAM_SHOTS, EQUATION_SHOTS, CHOICE_SHOTS])
def test_no_stop_string_cuts_a_worked_example(shots: tuple[Shot, ...]) -> None:
    form = {
        id(MATH_SHOTS): "cot",
        id(CHOICE_SHOTS): "cot",
        id(PROGRAM_SHOTS): "program",
        id(EQUATION_SHOTS): "equations",
    }[id(shots)]
    for shot in shots:
        for stop in forms.create(form).stop:
            body = shot.reply.removesuffix("```")
            assert stop not in body.removeprefix("```python\n")


def test_choices_are_read_as_letters() -> None:
    reading = read("cot", CHOICE_SHOTS[0].reply, NOWHERE, CHOICE)
    assert reading.answer == "B"


def test_the_answer_form_opens_its_sentence() -> None:
    prompt = forms.create("answer").prompt(QUESTION)
    assert prompt.prefix == "The answer is"
    assert read("answer", prompt.prefix + " 12.", NOWHERE).answer == "12"


def test_a_reply_without_an_answer_has_none() -> None:
    reading = read("cot", "I do not know.", NOWHERE)
    assert (reading.answer, reading.status) == (None, "no_answer")


def test_a_lenient_answer_is_marked() -> None:
    reading = read("cot", "So there are 12 apples", NOWHERE)
    assert (reading.answer, reading.strict) == ("12", False)


def test_the_program_form_opens_the_function() -> None:
    prefix = forms.create("program").prompt(QUESTION).prefix
    assert prefix.startswith("```python\ndef solution():")


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("```python\ndef solution():\n    return 1 / 0\n```", "execution_error"),
        ("```python\ndef solution():\n    pass\n```", "execution_error"),
        ("```python\ndef solution(:\n```", "execution_error"),
        ("There is no code here.", "no_answer"),
        ("```python\nprint(3)\n```", "no_answer"),
    ],
)
def test_a_program_that_gives_no_answer_says_why(reply, status, sandbox) -> None:
    reading = read("program", reply, sandbox)
    assert (reading.answer, reading.status) == (None, status)


@pytest.mark.parametrize("status", ["timeout", "memory", "output", "unsupported", "crashed"])
def test_limits_are_passed_on(status) -> None:
    reading = read("program", PROGRAM_SHOTS[0].reply, Ended(SandboxResult(status, error="x")))
    assert (reading.answer, reading.status, reading.detail) == (None, status, "x")


def test_a_bare_function_without_a_fence_is_read() -> None:
    assert program_in("def solution():\n    return 4") == "def solution():\n    return 4"


def test_the_first_block_with_the_function_counts() -> None:
    text = "```python\nx = 1\n```\n```python\ndef solution():\n    return 2\n```"
    assert program_in(text) == "def solution():\n    return 2"


def test_a_slip_in_arithmetic_is_corrected_down_the_chain() -> None:
    assert run_chain("12 * 8 = 95\n95 - 70 = 25\n25 / 2 = 12.5") == 13


def test_a_right_restatement_ends_a_correction() -> None:
    assert run_chain("2 * 3 = 5\n4 + 1 = 5\n5 * 2 = 10") == 10


def test_lines_that_are_not_equations_are_passed_over() -> None:
    assert run_chain("Let us see.\n2 + 2 = 4 apples?\n3 * 3 = 9") == 9
    assert run_chain("nothing") is None


def test_an_equation_that_divides_by_zero_is_an_execution_error() -> None:
    assert read("equations", "1 / 0 = 3", NOWHERE).status == "execution_error"
    assert read("equations", "none", NOWHERE).status == "no_answer"


def test_the_code_form_continues_a_given_signature() -> None:
    question = Question("h", "t", 'def add(a, b):\n    """Add."""\n', fields={"entry_point": "add"})
    form = forms.create("code")
    prompt = form.prompt(question)
    assert prompt.prefix.endswith('"""Add."""\n')
    reply = prompt.prefix + "    return a + b\n```\nDone."
    reading = form.read(reply, question, checkers.create("exact"), NOWHERE)
    assert reading.answer is not None
    assert reading.answer.endswith("return a + b")


def test_the_code_form_without_code_has_no_answer() -> None:
    form = forms.create("code")
    assert form.prompt(QUESTION).prefix == "```python\n"
    assert form.read("```python\n```", QUESTION, checkers.create("exact"), NOWHERE).answer is None


def test_context_and_options_are_laid_out() -> None:
    text = lay_out(Question("q", "t", "Which?", choices=("a", "b"), context="A passage."))
    assert text == "A passage.\n\nWhich?\nA) a\nB) b"


@pytest.mark.parametrize("name", forms.names())
@given(reply=st.text(max_size=200))
def test_any_reply_is_read_without_an_exception(name: str, reply: str) -> None:
    form = forms.create(name)
    reading = form.read(
        form.prompt(QUESTION).prefix + reply, QUESTION, checkers.create("numeric"), NOWHERE
    )
    assert (reading.answer is None) == (reading.status != "ok")
