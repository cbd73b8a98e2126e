"""Programs against tests: assembly, verdicts, extraction."""

import subprocess
import sys

import pytest

from underdog.core import Problem, Question, SandboxResult
from underdog.grading import open_checker
from underdog.grading.code import assemble

PROMPT = 'from typing import List\n\n\ndef double(x: List[int]) -> int:\n    """Twice."""\n'
HUMAN_EVAL = Problem(
    Question("h", "humaneval", PROMPT),
    meta={"test": "def check(f):\n    assert f(2) == 4\n", "entry_point": "double"},
)
MBPP = Problem(
    Question("m", "mbpp", "Write a function twice."),
    meta={"test_list": ["assert twice(2) == BASE", 3], "test_setup_code": "BASE = 4"},
)


class PlainSandbox:
    """Runs trusted test programs in a child interpreter."""

    name = "plain"

    def __init__(self):
        self.programs = []

    def run(self, program, limits):
        self.programs.append(program)
        done = subprocess.run(
            [sys.executable, "-I", "-c", program], capture_output=True, text=True, timeout=60
        )
        status = "ok" if done.returncode == 0 else "error"
        return SandboxResult(status, done.stdout, error=done.stderr[-200:], sandbox=self.name)

    def close(self):
        pass


class FixedSandbox(PlainSandbox):
    """Always ends the same way."""

    def __init__(self, status, stdout=""):
        super().__init__()
        self.result = SandboxResult(status, stdout, sandbox="fixed")

    def run(self, program, limits):
        return self.result


def grade(answer, problem, sandbox=None):
    return open_checker("code", sandbox or PlainSandbox()).grade(answer, problem)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("    return x * 2\n", HUMAN_EVAL),
        ("def double(x: List[int]) -> int:\n    return 2 * x", HUMAN_EVAL),
        ("def twice(x):\n    return x + x", MBPP),
    ],
)
def test_a_program_that_passes_its_tests_is_right(answer, problem):
    assert grade(answer, problem).status == "right"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("    return x * 3\n", HUMAN_EVAL),
        ("def twice(x):\n    return x", MBPP),
        ("def twice(x:", MBPP),
        ("", MBPP),
    ],
)
def test_a_program_that_fails_its_tests_is_wrong(answer, problem):
    assert grade(answer, problem).status == "wrong"


FORGERIES = {
    "exit": "import sys\nsys.exit(0)",
    "exit without clean-up": "import os\nos._exit(0)",
    "exit from the function": "import sys\ndef twice(x):\n    sys.exit(0)",
    "print, then exit": "import sys\nfor n in range(99):\n    print('%032x' % n)\nsys.exit(0)",
    "print at exit": "import atexit\natexit.register(print, 'done')\ndef twice(x):\n    return 4",
    "silent print": "def print(*args):\n    pass\ndef twice(x):\n    return 4",
    "print that adds": "real = print\ndef print(*args):\n    real(*args, 'x')\ntwice = abs",
    "print without the tests": "print('ok')\nraise SystemExit",
    "everything caught": "try:\n    raise SystemExit\nexcept BaseException:\n    pass",
    "exceptions hidden": "import sys, os\nsys.excepthook = lambda *e: os._exit(0)",
    "a string left open": 'x = """',
    "a line left open": "def twice(x):\n    return 0\nif 0: \\",
    "a block left open": "def twice(x):\n    return 0\nif 0:",
    "a bracket left open": "print(",
    "a decorator": "def twice(x):\n    return 0\n@(lambda f: print)",
}


@pytest.mark.parametrize("answer", FORGERIES.values(), ids=FORGERIES)
def test_a_program_whose_tests_did_not_all_run_to_their_end_is_wrong(answer):
    assert grade(answer, MBPP).status == "wrong"


def test_a_program_that_exits_before_its_tests_is_told_so():
    assert "before its tests" in grade(FORGERIES["exit"], MBPP).detail


def test_a_decorator_left_open_does_not_replace_the_test_function():
    answer = "def double(x):\n    return 0\n@(lambda f: print)"
    assert grade(answer, HUMAN_EVAL).status == "wrong"


def test_a_program_that_catches_everything_of_its_own_is_still_tested():
    answer = (
        "try:\n    raise SystemExit\nexcept BaseException:\n    def twice(x):\n        return 4"
    )
    assert grade(answer, MBPP).status == "right"
    assert grade(answer.replace("4", "5"), MBPP).status == "wrong"


def test_no_two_runs_share_a_nonce():
    sandbox = PlainSandbox()
    for _ in range(2):
        assert grade("def twice(x):\n    return 4", MBPP, sandbox).status == "right"
    first, second = (program.splitlines()[-1] for program in sandbox.programs)
    assert first != second
    assert grade("x", MBPP, FixedSandbox("ok", "0" * 32 + "\n")).status == "wrong"


def test_set_up_code_may_use_what_the_candidate_defines():
    meta = {"test_list": ["assert tree.leaf == 1"], "test_setup_code": "tree = Tree()"}
    problem = Problem(MBPP.question, meta=meta)
    assert grade("class Tree:\n    leaf = 1", problem).status == "right"


def test_the_last_print_does_not_depend_on_an_open_line():
    verdict = grade("print('no newline', end='')\ndef twice(x):\n    return 2 * x", MBPP)
    assert verdict.status == "right"


@pytest.mark.parametrize("status", ["unsupported", "crashed"])
def test_what_the_sandbox_could_not_run_is_undecided(status):
    verdict = grade("x", MBPP, FixedSandbox(status))
    assert verdict.status == "undecided"
    assert status in verdict.detail


@pytest.mark.parametrize("status", ["timeout", "memory", "output", "error"])
def test_a_program_that_hits_a_limit_is_wrong(status):
    verdict = grade("x", MBPP, FixedSandbox(status))
    assert (verdict.status, verdict.score) == ("wrong", 0.0)
    assert status in verdict.detail


def test_without_a_sandbox_or_tests_nothing_is_decided():
    assert open_checker("code").grade("x", MBPP).status == "undecided"
    for meta in ({}, {"test_list": []}, {"test_list": "assert"}, {"test": "x"}):
        problem = Problem(MBPP.question, meta=meta)
        assert grade("x", problem).status == "undecided"


def test_set_up_code_is_optional():
    problem = Problem(MBPP.question, meta={"test_list": ["assert f() == 1"]})
    assert assemble("def f():\n    return 1", problem) == (
        "def f():\n    return 1\n\npass\n\n\n\nassert f() == 1"
    )


def test_a_whole_function_without_the_prompts_own_keeps_only_itself():
    problem = Problem(Question("h", "t", "Write double."), meta=HUMAN_EVAL.meta)
    program = assemble("def double(x):\n    return 2 * x", problem)
    assert program is not None
    assert program.startswith("def double")


@pytest.mark.parametrize(
    ("reply", "strict", "flexible"),
    [
        ("Sure:\n```python\nx = 1\n```\nor\n```\nx = 2\n```\n", "x = 1", "x = 1"),
        ("Sure:\n```python\nx = 1\n", None, "x = 1"),
        ("Here it is.\ndef f():\n    return 1\n", None, "def f():\n    return 1"),
        ("    return 1\n", None, "    return 1"),
        ("```\n\n```\n", None, None),
        ("  \n", None, None),
    ],
)
def test_extraction(reply, strict, flexible):
    found = open_checker("code").extract(reply, MBPP.question)
    assert (found.strict, found.flexible) == (strict, flexible)


def test_comments_and_blank_lines_do_not_make_another_program():
    checker = open_checker("code")
    assert checker.equal("# a\nx = 1\n\n", "x = 1  \n", MBPP.question)
    assert not checker.equal("x = 1", "x = 2", MBPP.question)
