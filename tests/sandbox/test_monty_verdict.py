"""An exception in Monty is the program's, a limit's, or Monty's, decided by what CPython has."""

import pytest

from underdog.core import SandboxStatus
from underdog.sandbox._monty_verdict import MODULES, judge

LIMIT = 1000


@pytest.mark.parametrize(
    ("kind", "message", "traced", "status"),
    [
        ("TimeoutError", "feed time limit exceeded", True, "timeout"),
        ("MemoryError", f"memory limit exceeded: 2000 bytes > {LIMIT} bytes", True, "memory"),
        ("MemoryError", "memory limit exceeded: 2000 bytes > 999 bytes", True, "error"),
        ("MemoryError", "the worker exceeded its memory limit and was terminated", False, "memory"),
        ("SystemExit", "", True, "ok"),
        ("SystemExit", "1", True, "error"),
        ("ModuleNotFoundError", "No module named 'sympy'", True, "unsupported"),
        ("NotImplementedError", "The parser does not yet support yield", True, "unsupported"),
        ("NotImplementedError", "subclass this", True, "error"),
        ("RuntimeError", "Internal error in monty: x", False, "unsupported"),
        ("RuntimeError", "Internal error in monty: x", True, "error"),
        ("RuntimeError", "'os.environ' is not supported in this environment", True, "unsupported"),
        ("NameError", "name 'input' is not defined", True, "unsupported"),
        ("NameError", "name 'exit' is not defined", True, "unsupported"),
        ("NameError", "name 'total' is not defined", True, "error"),
        ("NameError", "something else", True, "error"),
        ("AttributeError", "module 'sys' has no attribute 'exit'", True, "unsupported"),
        ("AttributeError", "module 'math' has no attribute 'nope'", True, "error"),
        ("AttributeError", "module 'antigravity' has no attribute 'geohash'", True, "error"),
        ("AttributeError", "'int' object has no attribute 'bit_length'", True, "unsupported"),
        ("AttributeError", "'NoneType' object has no attribute 'x'", True, "error"),
        ("AttributeError", "type object 'int' has no attribute 'from_bytes'", True, "unsupported"),
        ("AttributeError", "'Mine' object has no attribute 'x'", True, "error"),
        ("AttributeError", "'print' object has no attribute 'x'", True, "error"),
        (
            "AttributeError",
            "'collections.Counter' object has no attribute 'elements'",
            True,
            "unsupported",
        ),
        ("AttributeError", "'collections.Counter' object has no attribute 'nope'", True, "error"),
        ("TypeError", "'list' object is not an iterator", True, "unsupported"),
        ("AttributeError", "no pattern", True, "error"),
        (
            "ImportError",
            "cannot import name 'OrderedDict' from 'collections' (x)",
            True,
            "unsupported",
        ),
        ("ImportError", "cannot import name 'nope' from 'math' (x)", True, "error"),
        ("LookupError", "unknown encoding: latin1", True, "unsupported"),
        ("LookupError", "unknown encoding: nope", True, "error"),
        ("LookupError", "other", True, "error"),
        ("SyntaxError", "Source is too deeply nested", True, "unsupported"),
        ("SyntaxError", "Expected an expression", True, "error"),
    ],
)
def test_status(kind: str, message: str, traced: bool, status: SandboxStatus) -> None:
    assert judge(kind, message, traced, timed_out=True, memory_bytes=LIMIT) == status


def test_early_timeout_error_is_the_programs_own() -> None:
    message = "feed time limit exceeded: 5s > 3s"
    assert judge("TimeoutError", message, True, timed_out=False, memory_bytes=LIMIT) == "error"


def test_gaps_met_by_real_programs_are_unsupported(open_monty) -> None:
    for program in (
        "class A(Exception): pass",
        "def f():\n    yield 1\nf()",
        "a = [1]\ndel a[0]",
        "raise KeyError(3)",
        "import sys\nsys.exit(0)",
        "input()",
        "(5).bit_length()",
        "from collections import ChainMap",
        "eval('(' * 5000)",
    ):
        assert open_monty.run(program).status == "unsupported", program


def test_every_listed_module_is_in_monty(open_monty) -> None:
    program = "\n".join(f"import {name}" for name in sorted(MODULES))
    assert open_monty.run(program).status == "ok"
