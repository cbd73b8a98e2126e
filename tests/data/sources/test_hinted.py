"""Answer-hinted solutions: the hint, what betrays it, what is learned."""

import pytest

from tests.data.sources.scripted_sources import (
    EGGS,
    EGGS_CHAIN,
    EGGS_PROGRAM,
    asked,
    reasons,
    together,
)
from underdog.core import Problem, Prompt, Question, Sandbox
from underdog.engines.scripted import ScriptedEngine


def test_the_teacher_is_told_the_answer_and_the_student_is_not(sandbox: Sandbox) -> None:
    seen: list[str] = []

    def reply(prompt: Prompt, seed: int) -> str:
        seen.append(asked(prompt))
        return EGGS_CHAIN

    made = together("hinted", [EGGS], reply, sandbox)
    assert "must end with 72" in seen[0]
    [example] = made.examples
    assert "72" not in example.prompt
    assert example.completion == EGGS_CHAIN


def test_worked_examples_are_hinted_too(sandbox: Sandbox) -> None:
    prompts: list[Prompt] = []

    def reply(prompt: Prompt, seed: int) -> str:
        prompts.append(prompt)
        return EGGS_PROGRAM

    made = together("hinted:form=program", [EGGS], reply, sandbox)
    questions = [turn.content for turn in prompts[0].messages if turn.role == "user"]
    assert [text.partition("must end with ")[2].partition(".")[0] for text in questions] == [
        "13", "300", "25", "27", "72",
    ]  # fmt: skip
    assert made.examples[0].completion == EGGS_PROGRAM


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (EGGS_CHAIN, ""),
        ("Mia has 12 * 6 = 70 eggs.\nThe answer is 70.", "wrong answer"),
        ("To match the given answer: 12 * 6 = 72.\nThe answer is 72.", "leaked hint"),
        ("As the hint says... the hint tells us 12 * 6 = 72.\nThe answer is 72.", "leaked hint"),
        ("The answer is 72.", "no reasoning"),
        ("So the answer is 72.", "no reasoning"),
        ("12 * 5 = 62, and more.\nThe answer is 72.", "unsound"),
        ("There are 72 of them, 12 * 6 = 72", "loose format"),
        ("I'm sorry, I cannot help with that.", "refusal"),
        ("eggs eggs eggs", "no answer"),
    ],
)
def test_only_right_clean_and_reasoned_chains_are_kept(
    reply: str, reason: str, sandbox: Sandbox
) -> None:
    made = together("hinted", [EGGS], reply, sandbox)
    assert reasons(made) == [reason]


def test_a_false_equation_can_be_let_through(sandbox: Sandbox) -> None:
    reply = "12 * 5 = 62, and 10 more.\nThe answer is 72."
    made = together("hinted:sound=false", [EGGS], reply, sandbox)
    assert made.num_accepted == 1
    assert made.records[0].tags["flaw"] == "false equation 12*5=62"


def test_a_program_that_only_states_the_answer_is_refused(sandbox: Sandbox) -> None:
    reply = "```python\ndef solution():\n    eggs = 72\n    return eggs\n```"
    made = together("hinted:form=program", [EGGS], reply, sandbox)
    assert (reasons(made), made.records[0].detail) == (["unsound"], "no calculation")


def test_a_program_that_steers_to_the_answer_it_was_told_is_refused(sandbox: Sandbox) -> None:
    reply = "```python\ndef solution():\n    eggs = 12 * 6\n    return max(eggs, 72)\n```"
    [record] = together("hinted:form=program", [EGGS], reply, sandbox).records
    assert (record.reason, record.detail) == (
        "unsound", "its own answer 72 stands in the program",
    )  # fmt: skip


def test_what_follows_the_answer_is_cut_off(sandbox: Sandbox) -> None:
    made = together("hinted", [EGGS], f"{EGGS_CHAIN}\nLet me know if\nyou need more.", sandbox)
    assert made.examples[0].completion == EGGS_CHAIN


def test_a_reply_that_was_cut_after_its_answer_is_whole(sandbox: Sandbox) -> None:
    reply = f"{EGGS_CHAIN}\nand so on and so on"
    engine = ScriptedEngine(reply)
    made = together("hinted:max_tokens=14", [EGGS], engine, sandbox)
    assert made.examples[0].completion == EGGS_CHAIN
    short = together("hinted:max_tokens=6", [EGGS], engine, sandbox)
    assert reasons(short) == ["truncated"]


def test_an_open_fence_is_closed(sandbox: Sandbox) -> None:
    reply = EGGS_PROGRAM.removesuffix("\n```")
    made = together("hinted:form=program", [EGGS], reply, sandbox)
    assert made.examples[0].completion == EGGS_PROGRAM


def test_a_phrase_that_the_question_has_itself_is_no_leak(sandbox: Sandbox) -> None:
    asks = Question("q", "demo", "The correct answer earns 12 points. What do 6 of them earn?")
    reply = "The correct answer earns 12, so 12 * 6 = 72.\nThe answer is 72."
    made = together("hinted", [Problem(asks, "72", "train")], reply, sandbox)
    assert made.num_accepted == 1


@pytest.mark.parametrize("spec", ["hinted", "self", "perturb", "paraphrase"])
def test_a_seed_without_a_gold_answer_is_refused_unasked(spec: str, sandbox: Sandbox) -> None:
    made = together(spec, [Problem(EGGS.question, None)], "x", sandbox)
    assert (reasons(made), made.usage.calls) == (["no gold answer"], 0)
