"""Preparing a program changes nothing but `round` and how its value leaves."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underdog.sandbox._monty_source import prepare


def test_programs_that_cannot_round_get_no_shim() -> None:
    assert prepare("x = 1", 10).shift == 0
    assert prepare("x = round(1.5)", 10).shift > 0
    assert prepare("eval('rou' + 'nd(1)')", 10).shift > 0


@pytest.mark.parametrize(
    "program",
    [
        'x = """\n1\n"""',
        "x = '''a\n'''",
        "f(1,\n  2)[",
        "x = 1 + \\\n2",
        "print(1)",
        "if x:\n    1",
        "'a\\n'",
        "x" * 3000,
        "a\n)",
        "]" + "\n]" * 100,
        "f(\n  x = 3\n  y\n)",
        "print(\n1\n)",
    ],
)
def test_uncertain_endings_are_left_alone(program: str) -> None:
    source = prepare(program, 10)
    assert not source.has_value
    assert source.text == f"{program}\n\npass\n"


@given(st.text(alphabet="abc123+-*()[]{}'\"\\\n #:=,.", max_size=40))
def test_wrapping_a_value_never_changes_whether_a_program_is_valid(program: str) -> None:
    source = prepare(program, 10)
    if source.has_value:
        assert _is_valid(program) == _is_valid(source.text[:])


def _is_valid(text: str) -> bool:
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True


def test_shim_equals_cpython_on_every_kind_of_float() -> None:
    """The shim is run by a plain CPython, where the native `round` is at hand to compare with."""
    shim = prepare("round", 10).text.partition("__underdog_value")[0]
    check = (
        "import random, struct\nnative = round\n" + shim + "\n"
        "r = random.Random(7)\n"
        "def outcome(f, *a):\n"
        "    try: return repr(f(*a))\n"
        "    except OverflowError: return 'overflow'\n"
        "values = [struct.unpack('d', r.randbytes(8))[0] for _ in range(30000)]\n"
        "values += [r.randrange(-10**6, 10**6) / 8 for _ in range(30000)]\n"
        "values += [r.randrange(-10**9, 10**9) * 5.0 for _ in range(30000)]\n"
        "values += [0.0, -0.0, float('inf'), -float('inf'), 5e-324, 1.7e308, -1.7e308]\n"
        "far = [-400, -309, -308, -300, 322, 323, 324, 400]\n"
        "for x in values:\n"
        "    for n in (r.randrange(-8, 8), r.choice(far)):\n"
        "        assert outcome(native, x, n) == outcome(round, x, n), (x, n)\n"
        "assert round(2.5) == 2 and round(7, -1) == 10 and round(True, 1) == 1\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True)
