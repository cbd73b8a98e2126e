"""underdog-words: every program gives its answer; nothing repeated, nothing borrowed."""

import ast
import itertools
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from underdog.core import Problem, Sandbox
from underdog.sandbox import open_sandbox
from underdog.tasks import load_task

STEPS = {"easy": (1, 2), "medium": (3, 4), "hard": (5, 7)}
SPLITS = ("train", "dev", "test")


@pytest.fixture(scope="module")
def task():
    return load_task("underdog-words")


@pytest.fixture(scope="module")
def problems(task) -> list[Problem]:
    return [problem for split in SPLITS for problem in task.problems(split)]


@pytest.fixture(scope="module")
def sandbox():
    with open_sandbox("monty") as opened:
        yield opened


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def grams(text: str, size: int = 8) -> set[tuple[str, ...]]:
    tokens = words(text)
    return {tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1)}


def num_steps(program: str) -> int:
    """Arithmetic operations; adding up a list is one."""
    nodes = list(ast.walk(ast.parse(program)))
    sums = [n for n in nodes if isinstance(n, ast.Name) and n.id == "sum"]
    return len(sums) + sum(isinstance(node, ast.BinOp) for node in nodes)


def test_every_program_gives_the_answer(task, problems, sandbox: Sandbox):
    for problem in problems:
        result = sandbox.run(f"{problem.meta['program']}\nprint(solution())")
        assert result.status == "ok", (problem.id, result)
        grade = task.checker.grade(result.stdout.strip(), problem)
        assert grade.status == "right", (problem.id, result.stdout, problem.gold)


def test_answers_are_integers_or_short_decimals(problems):
    for problem in problems:
        assert re.fullmatch(r"-?\d+(\.\d{1,2})?", problem.gold or ""), problem.id


def test_levels_have_the_steps_that_they_promise(problems):
    for problem in problems:
        low, high = STEPS[str(problem.meta["level"])]
        assert low <= num_steps(str(problem.meta["program"])) <= high, problem.id


def test_splits_have_their_sizes_and_no_id_twice(problems):
    sizes = Counter(problem.split for problem in problems)
    assert (sizes["train"], sizes["dev"]) == (40, 40)
    assert sizes["test"] >= 160
    assert len({problem.id for problem in problems}) == len(problems) >= 240


@pytest.mark.parametrize("split", SPLITS)
def test_any_prefix_is_balanced_over_levels(task, split):
    counts: Counter[str] = Counter(dict.fromkeys(STEPS, 0))
    for problem in task.problems(split):
        counts[str(problem.meta["level"])] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


def test_situations_are_many_and_questions_distinct(problems):
    assert len({problem.meta["topic"] for problem in problems}) >= 40
    questions = [" ".join(words(problem.question.text)) for problem in problems]
    assert len(set(questions)) == len(questions)
    texts = [(problem.id, grams(problem.question.text)) for problem in problems]
    alike = [
        (one, other)
        for (one, first), (other, second) in itertools.combinations(texts, 2)
        if len(first & second) > 1
    ]
    assert alike == []


def test_questions_end_in_a_question_or_a_request(problems):
    for problem in problems:
        text = problem.question.text
        assert "?" in text, problem.id
        assert text[-1] in "?.", problem.id


def test_the_public_part_holds_only_the_question(problems):
    for problem in problems:
        question = problem.question
        assert (question.choices, question.context, dict(question.fields)) == ((), "", {})


@pytest.mark.parametrize("split", ["train", "test"])
def test_no_eight_words_are_shared_with_gsm8k(problems, data_dir: Path, split: str):
    with (data_dir / "gsm8k" / f"{split}.jsonl").open() as file:
        theirs = set().union(*(grams(json.loads(line)["question"]) for line in file))
    for problem in problems:
        assert not grams(problem.question.text) & theirs, problem.id
