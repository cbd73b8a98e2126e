"""New problems, rewordings, other numbers, harder versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.sources.scripted_sources import (
    EGGS,
    EGGS_CHAIN,
    EGGS_PROGRAM,
    PENS,
    asked,
    reasons,
    together,
    total,
)
from underdog.core import Problem, Prompt, Question, Sandbox
from underdog.engines.scripted import ScriptedEngine

STORY = (
    "Ivo has 14 red marbles and 9 blue marbles and then gives 5 of the marbles to Pia. "
    "How many marbles does Ivo still have after that?"
)
CODE = (
    "```python\ndef solution():\n    marbles = 14 + 9\n    left = marbles - 5\n    return left\n```"
)


def invents(text: str, code: str = CODE, more: str = CODE) -> ScriptedEngine:
    """Writes a problem when asked for one, and programs otherwise."""

    def reply(prompt: Prompt, seed: int) -> str:
        return f"Problem: {text}\n{code}" if prompt.prefix == "Problem:" else more

    return ScriptedEngine(reply)


def test_a_new_problem_comes_with_its_program_and_answer(sandbox: Sandbox) -> None:
    made = together("tinygsm", [EGGS], invents(STORY), sandbox)
    [problem] = made.problems
    assert (problem.gold, problem.split, problem.question.text) == ("18", "train", STORY)
    [example] = made.examples
    assert example.completion == CODE
    assert STORY in example.prompt
    assert "Mia" not in example.prompt


def test_another_seed_is_shown_beside_the_first(sandbox: Sandbox) -> None:
    shown: list[str] = []

    def reply(prompt: Prompt, seed: int) -> str:
        shown.append(asked(prompt))
        return "Problem: none"

    together("tinygsm:distracted=1", [EGGS, PENS], reply, sandbox, concurrency=1)
    assert "Mia" in shown[0]
    assert "Ali" in shown[0]
    assert "not needed" in shown[0]


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        (STORY, "", "no answer"),
        (STORY, "```python\ndef solution():\n    return 1 / 0\n```", "execution error"),
        (STORY, "```python\ndef solution():\n    return 5 - 14 - 9\n```", "not sensible"),
        (STORY, "```python\ndef solution():\n    return (14 + 9) / 7\n```", "not sensible"),
        (STORY, "```python\ndef solution():\n    return 14 * 9 ** 99\n```", "not sensible"),
        (STORY, "```python\ndef solution():\n    return 18\n```", "no reasoning"),
        (STORY, "```python\ndef solution():\n    return 14 + 9 - 37\n```", "not sensible"),
        (STORY, "```python\ndef solution():\n    return 14 + 9 + 37\n```", "numbers from nowhere"),
        (STORY, "```python\ndef solution():\n    return 14 * 2\n```", "numbers unused"),
        ("Ivo has 14 marbles?", CODE, "bad length"),
        (STORY.replace("?", "."), CODE, "no question"),
        (STORY.replace("14", "many").replace("9", "few"), CODE, "no numbers"),
        (
            "A bakery makes 12 trays of rolls with 8 rolls on each tray. It sells 70 rolls in the "
            "morning and half of the rest later. How many are left?",
            "```python\ndef solution():\n    return (12 * 8 - 70) / 2\n```",
            "copied",
        ),
    ],
)
def test_new_problems_are_checked(text: str, code: str, reason: str, sandbox: Sandbox) -> None:
    assert reasons(together("tinygsm", [EGGS], invents(text, code), sandbox)) == [reason]


def test_a_program_that_was_cut_is_truncated(sandbox: Sandbox) -> None:
    made = together("tinygsm:max_tokens=34", [EGGS], invents(STORY), sandbox)
    assert reasons(made) == ["truncated"]


def test_other_programs_must_agree_where_that_is_asked_for(sandbox: Sandbox) -> None:
    other = "```python\ndef solution():\n    return 14 + 9\n```"
    agreed = together("tinygsm:agree=3", [EGGS], invents(STORY), sandbox)
    assert (agreed.num_accepted, agreed.usage.calls) == (1, 4)
    refused = together("tinygsm:agree=3", [EGGS], invents(STORY, more=other), sandbox)
    assert reasons(refused) == ["no agreement"]
    assert refused.records[0].detail == "3 of 3 programs give 23"
    assert total(refused).calls == 4
    mute = together("tinygsm:agree=2", [EGGS], invents(STORY, more="pass"), sandbox)
    assert mute.records[0].detail == "0 of 2 programs give None"


# rewordings

NEW_WORDS = "Every one of Mia's 12 boxes holds 6 eggs. What number of eggs does she own?"


def rewords(text: str, solution: str = EGGS_CHAIN) -> ScriptedEngine:
    def reply(prompt: Prompt, seed: int) -> str:
        return text if prompt.messages[0].content.startswith("Reword") else solution

    return ScriptedEngine(reply)


@pytest.mark.parametrize("said", [NEW_WORDS, f'"{NEW_WORDS}"', f"Reworded problem: {NEW_WORDS}"])
def test_a_rewording_is_kept_with_a_solution_that_reaches_the_gold_answer(
    said: str, sandbox: Sandbox
) -> None:
    made = together("paraphrase:k=2", [EGGS], rewords(said), sandbox)
    assert reasons(made) == ["", "duplicate"]
    assert made.examples[0].prompt.startswith(NEW_WORDS)
    assert made.problems[0].gold == "72"
    assert total(made).calls == made.usage.calls == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (EGGS.question.text, "echo"),
        (NEW_WORDS.replace("12", "13"), "changed numbers"),
        (NEW_WORDS.replace("?", "."), "no question"),
        ("As an AI language model I cannot.", "refusal"),
    ],
)
def test_what_is_no_rewording_is_refused_before_it_is_solved(
    text: str, reason: str, sandbox: Sandbox
) -> None:
    made = together("paraphrase", [EGGS], rewords(text), sandbox)
    assert (reasons(made), made.usage.calls) == ([reason], 1)


def test_a_rewording_that_nobody_solves_is_unconfirmed(sandbox: Sandbox) -> None:
    made = together("paraphrase", [EGGS], rewords(NEW_WORDS, "The answer is 5."), sandbox)
    assert reasons(made) == ["unconfirmed"]
    assert total(made).calls == 3


def test_a_cut_rewording_is_truncated(sandbox: Sandbox) -> None:
    made = together("paraphrase", [EGGS], rewords(NEW_WORDS + " and" * 300), sandbox)
    assert reasons(made) == ["truncated"]


# other numbers


def test_numbers_are_changed_in_question_and_program_alike(sandbox: Sandbox) -> None:
    made = together("perturb:n=1,copies=3", [EGGS], EGGS_PROGRAM, sandbox)
    assert made.num_accepted == 3
    assert len({problem.question.text for problem in made.problems}) == 3
    for problem, example in zip(made.problems, made.examples, strict=True):
        boxes, each = (int(word) for word in problem.question.text.split() if word.isdigit())
        assert problem.gold == str(boxes * each)
        assert f"boxes = {boxes}" in example.completion
    assert made.usage.calls == total(made).calls == 1


def test_the_same_seed_draws_the_same_numbers(sandbox: Sandbox) -> None:
    first, again, other = (
        together("perturb", [EGGS], EGGS_PROGRAM, sandbox, seed=seed).problems for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("    return 12 * 5", "wrong answer"),
        ("    return 72", "no reasoning"),
        ("    return 8 * 9", "no free numbers"),
        ("    return nonsense", "execution error"),
    ],
)
def test_without_a_right_program_there_are_no_variants(
    program: str, reason: str, sandbox: Sandbox
) -> None:
    reply = f"```python\ndef solution():\n{program}\n```"
    assert reasons(together("perturb:n=1", [EGGS], reply, sandbox)) == [reason]


def test_draws_that_turn_silly_are_dropped(sandbox: Sandbox) -> None:
    question = Question("q", "demo", "Of 60 nuts 59 are eaten by 2 mice. How many are left?")
    reply = (
        "```python\ndef solution():\n    nuts = 60\n    eaten = 59\n    left = nuts - eaten\n"
        "    return left\n```"
    )
    made = together(
        "perturb:n=1,copies=8,tries=40", [Problem(question, "1", "train")], reply, sandbox
    )
    assert made.num_accepted > 0
    assert all(int(problem.gold or "-1") > 0 for problem in made.problems)


def test_when_every_draw_is_silly_none_is_kept(sandbox: Sandbox) -> None:
    question = Question(
        "q", "demo", "5,040 nuts are shared by 7 mice, 8 rats, 9 owls in turn. How many?"
    )
    reply = "```python\ndef solution():\n    n = 5040 / 7\n    m = n / 8\n    return m / 9\n```"
    seed = Problem(question, "10", "train")
    made = together("perturb:n=1,copies=1,tries=1", [seed], reply, sandbox, seed=3)
    assert reasons(made) == ["not sensible"]


def test_programs_beyond_the_first_right_one_are_not_needed(sandbox: Sandbox) -> None:
    made = together("perturb:n=2,copies=1", [EGGS], EGGS_PROGRAM, sandbox)
    assert reasons(made) == ["not needed", ""]


# harder versions

HARDER = (
    "Mia has 12 boxes with 6 eggs in each box and drops 10 of all those eggs on the floor. "
    "How many whole eggs has Mia then?"
)


def evolves(text: str, answers: list[str]) -> ScriptedEngine:
    waiting = list(answers)

    def reply(prompt: Prompt, seed: int) -> str:
        if prompt.messages[0].content.startswith("You rewrite"):
            return text
        return f"```python\ndef solution():\n    return {waiting.pop(0)}\n```"

    return ScriptedEngine(reply)


def test_a_version_that_the_student_sometimes_solves_is_kept(sandbox: Sandbox) -> None:
    engine = evolves(HARDER, ["12 * 6 - 10", "12 * 6 - 10", "12 * 6"])
    made = together("evolve:k=3", [EGGS], engine, sandbox)
    [record] = made.records
    assert record.accepted
    assert made.problems[0].gold == "62"
    assert record.tags["pass_rate"] == pytest.approx(2 / 3)
    assert record.usage.calls == 4


@pytest.mark.parametrize(
    ("spec", "answers", "reason"),
    [
        ("evolve:k=3", ["1 + 1", "2 + 2", "3 + 3"], "no agreement"),
        ("evolve:k=2", ["oops", "oops"], "no agreement"),
        ("evolve:k=2", ["6 - 10 - 12", "6 - 10 - 12"], "not sensible"),
        ("evolve:k=2,easiest=0.9", ["12 * 6 - 10"] * 2, "too easy"),
        ("evolve:k=2,m=2", ["12 * 6 - 10"] * 2 + ["6", "7"], "too hard"),
    ],
)
def test_versions_are_capped_by_agreement_and_pass_rate(
    spec: str, answers: list[str], reason: str, sandbox: Sandbox
) -> None:
    assert reasons(together(spec, [EGGS], evolves(HARDER, answers), sandbox)) == [reason]


def test_the_student_is_asked_when_there_is_one(sandbox: Sandbox) -> None:
    student = ScriptedEngine("```python\ndef solution():\n    return 12 * 6 - 10\n```", name="s")
    engines = {"main": evolves(HARDER, ["12 * 6 - 10"] * 2), "student": student}
    made = together("evolve:k=2,m=3", [EGGS], engines, sandbox)
    assert made.records[0].tags["pass_rate"] == 1.0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (EGGS.question.text, "echo"),
        (f"{HARDER} The answer is 62.", "solved in place"),
        ("Sorry, I cannot.", "refusal"),
        (f"{HARDER} " + "Mia likes eggs a lot. " * 12, "bad length"),
        (HARDER.replace("?", "."), "no question"),
        (f"{HARDER} " + "egg " * 300, "truncated"),
    ],
)
def test_what_is_no_harder_version_is_not_solved(text: str, reason: str, sandbox: Sandbox) -> None:
    assert reasons(together("evolve", [EGGS], evolves(text, []), sandbox)) == [reason]


@given(st.integers(2, 400), st.integers(2, 400))
def test_a_draw_keeps_question_and_program_in_step(left: int, right: int) -> None:
    from random import Random

    from underdog.data.sources.replies.variants import draw_variants

    question = f"There are {left:,} cats and {right:,} dogs. How many animals?"
    code = f"def solution():\n    return {left} + {right}"
    for one in draw_variants(question, code, 5, Random(0)):
        numbers = [word.replace(",", "") for word in one.question.split() if word[0].isdigit()]
        if left != right:
            assert one.code.endswith(f"return {numbers[0]} + {numbers[1]}")
