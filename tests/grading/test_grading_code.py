# ruff: noqa: E501
"""Programs against tests: assembly, verdicts, extraction."""

import atexit
from collections import Counter

import pytest

from underdog.core import Problem, Question, SandboxResult
from underdog.grading import open_checker
from underdog.grading.code import assemble
from underdog.grading.returned import guarded, may_decide, results_of, returned
from underdog.sandbox.late import LateSandbox

PROMPT = 'from typing import List\n\n\ndef double(x: List[int]) -> int:\n    """Twice."""\n'
HUMAN_EVAL = Problem(
    Question("h", "humaneval", PROMPT),
    meta={"test": "def check(f):\n    assert f(2) == 4\n", "entry_point": "double"},
)
MBPP = Problem(
    Question("m", "mbpp", "Write a function twice."),
    meta={"test_list": ["assert twice(2) == BASE", 3], "test_setup_code": "BASE = 4"},
)


SANDBOX = LateSandbox("jail", "auto")


atexit.register(SANDBOX.close)  # tests of this file may run apart from each other


class NotingSandbox:
    """The real one; keeps the programs."""

    name = "noting"

    def __init__(self):
        self.programs = []

    def run(self, program, limits):
        self.programs.append(program)
        return SANDBOX.run(program, limits)

    def close(self):
        pass


class FixedSandbox(NotingSandbox):
    """Always ends the same way."""

    def __init__(self, status, stdout="", value=None):
        super().__init__()
        self.result = SandboxResult(status, stdout, value, sandbox="fixed")

    def run(self, program, limits):
        return self.result


def grade(answer, problem, sandbox=None):
    return open_checker("code", sandbox or SANDBOX).grade(answer, problem)


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
    "print of what might be the word": "print(0)\n'0' * 32\nraise SystemExit",
    "killed by itself": "import os\ndef twice(x):\n    os.kill(os.getpid(), 9)",
    "aborted": "import os\ndef twice(x):\n    os.abort()",
    "an exit that says all is well": "import os\ndef twice(x):\n    os._exit(0)",
    "quit": "def twice(x):\n    raise SystemExit(0)",
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
    sandbox = NotingSandbox()
    for _ in range(2):
        assert grade("def twice(x):\n    return 4", MBPP, sandbox).status == "right"
    first, second = (program.splitlines()[-1] for program in sandbox.programs)
    assert first != second
    assert grade("x", MBPP, FixedSandbox("ok", value="'" + "0" * 32 + "'")).status == "wrong"


def test_set_up_code_may_use_what_the_candidate_defines():
    meta = {"test_list": ["assert tree.leaf == 1"], "test_setup_code": "tree = Tree()"}
    problem = Problem(MBPP.question, meta=meta)
    assert grade("class Tree:\n    leaf = 1", problem).status == "right"


PASSING = {
    "print at exit": "import atexit\natexit.register(print, 'done')\ndef twice(x):\n    return 4",
    "silent print": "def print(*args):\n    pass\ndef twice(x):\n    return 4",
    "much output": "def twice(x):\n    print('x' * 1_000_000)\n    return 2 * x",
    "many lines": "def twice(x):\n    for i in range(50_000):\n        print(i)\n    return 2 * x",
    "output without a line's end": "import sys\nsys.stdout.write('y' * 70_000)\ntwice = lambda x: 4",
}


@pytest.mark.parametrize("answer", PASSING.values(), ids=PASSING)
def test_what_a_program_prints_keeps_it_from_nothing(answer):
    assert grade(answer, MBPP).status == "right"
    assert grade(answer.replace("return", "return 1 +").replace("x: 4", "x: 5"), MBPP).status == (
        "wrong"
    )


EQUAL = "class E:\n    def __eq__(self, other):\n        return True\n    __hash__ = None\n"
NEAR = (
    "class E:\n    def __sub__(self, other):\n        return 0\n"
    "    def __eq__(self, other):\n        return True\n"
)
FALSE_EQUALS = {
    "an object": EQUAL + "def twice(x):\n    return E()",
    "a list": EQUAL + "def twice(x):\n    return [[E()]]",
    "a dict": EQUAL + "def twice(x):\n    return {'a': E()}",
    "a number": "class N(int):\n    __eq__ = lambda self, other: True\ndef twice(x):\n    return N(1)",
    "a borrowed method": "class N(int):\n    __eq__ = int.__ne__\ndef twice(x):\n    return N(1)",
    "a metaclass": "class M(type):\n    __eq__ = lambda a, b: True\nclass A(metaclass=M): pass\n"
    "def twice(x):\n    return A",
    "the class itself": EQUAL.replace("class E", "class twice")
    + "    def __init__(self, x):\n        pass",
    "an anything": "from unittest.mock import ANY\ndef twice(x):\n    return ANY",
    "a type made by a call": "twice = lambda x: type('E', (), {'__eq__': lambda a, b: True})()",
    "a difference": NEAR + "def twice(x):\n    return E()",
    "a false name": EQUAL + "E.__module__ = 'fractions'\nE.__name__ = 'Fraction'\n"
    "def twice(x):\n    return E()",
}


@pytest.mark.parametrize("answer", FALSE_EQUALS.values(), ids=FALSE_EQUALS)
def test_an_object_that_says_it_equals_everything_does_not(answer):
    for gold in ("4", "[[4]]", "{'a': 4}"):
        meta = {"test_list": [f"assert twice(2) == {gold}"]}
        assert grade(answer, Problem(MBPP.question, meta=meta)).status == "wrong"
    meta = {"test": "def check(f):\n    assert f(2) == 4\n    assert abs(f(2) - 4) < 1e-6\n"}
    problem = Problem(Question("h", "t", "Write twice."), meta=meta | {"entry_point": "twice"})
    assert grade(answer, problem).status == "wrong"


VALUES = {
    "Fraction": ("from fractions import Fraction\nclass A: pass", "Fraction(2 * x)", "4"),
    "Counter": ("from collections import Counter\nclass A: pass", "Counter('aa')", "{'a': 2}"),
    "named tuple": (
        "from typing import NamedTuple\nclass P(NamedTuple):\n    a: int",
        "P(4)",
        "(4,)",
    ),
    "enum": ("import enum\nclass C(enum.IntEnum):\n    four = 4", "C.four", "4"),
    "bool": ("class A: pass", "x == 2", "True"),
    "nested": ("class A: pass", "[{1: (2, {3})}]", "[{1: (2, {3})}]"),
    "a list in itself": ("class A: pass\nl = []\nl.append(l)", "l and 4", "4"),
    "own type on both sides": (
        "class P:\n    def __init__(self, a): self.a = a\n"
        "    def __eq__(self, other): return self.a == other.a",
        "P(4)",
        "P(4)",
    ),
    "own type as an argument": (
        "class P:\n    def __init__(self, a): self.a = a\n    def __lt__(s, o): return s.a < o.a",
        "x.a * 2 if isinstance(x, P) else 4",
        "twice(P(2))",
    ),
}


@pytest.mark.parametrize(("setting", "value", "gold"), VALUES.values(), ids=VALUES)
def test_plain_values_of_other_types_are_still_equal(setting, value, gold):
    answer = f"{setting}\ndef twice(x):\n    return {value}"
    meta = {"test_list": [f"assert twice(2) == {gold}"], "test_setup_code": "BASE = 4"}
    assert grade(answer, Problem(MBPP.question, meta=meta)).status == "right"


def test_returned_is_what_the_sandbox_runs():
    class Loud:
        def __eq__(self, other):
            return True

        __hash__ = None  # type: ignore[assignment]

    circle = [1, "a", (2,), {3}, frozenset({4}), {"b": 5.0}]
    circle.append(circle)
    assert returned(circle) is circle
    assert returned(Counter("aa")) == {"a": 2}
    assert results_of(abs)(-2) == 2
    with pytest.raises(AssertionError, match="'eq'"):
        returned([{"a": (Loud(),)}])


def test_only_calls_of_the_program_in_asserts_are_guarded():
    tests = (
        "limit = 3\nassert twice(2) == BASE\nassert len(twice(limit)) == math.pi\nprint(twice(1))"
    )
    assert guarded(tests, "BASE = 4", "import math\ndef twice(x): return x").splitlines() == [
        "limit = 3",
        "assert _underdog_returned(twice(2)) == BASE",
        "assert len(_underdog_returned(twice(limit))) == math.pi",
        "print(twice(1))",
    ]


def test_tests_that_are_no_python_stay_as_they_are():
    assert guarded("assert (", "", "x = 1") == "assert ("
    assert guarded("assert f() == 1", "", "def f(:") == "assert f() == 1"


def test_a_builtin_that_the_program_replaces_is_the_programs():
    assert guarded("assert sorted(x) == 1", "x = 2", "async def sorted(a): pass") == (
        "assert _underdog_returned(sorted(x)) == 1"
    )


def test_most_programs_make_no_types():
    assert not may_decide("import math\ndef f(x):\n    return [math.sqrt(x)]")
    assert may_decide("class A: pass")


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
