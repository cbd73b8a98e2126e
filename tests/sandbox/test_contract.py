"""What every sandbox must do, whichever it is."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.conftest import SPECS, obtain
from underdog.core import Limits, SandboxResult
from underdog.errors import SandboxError, UnknownNameError, UsageError
from underdog.sandbox import OpenSandbox, SandboxReport, open_sandbox, probe, sandboxes

SHORT = Limits(timeout_s=0.25)


def _declines(sandbox: OpenSandbox, result: SandboxResult) -> bool:
    """Whether it is Monty saying that a program is none for it, which says nothing about it."""
    return sandbox.name == "monty" and (result.status, result.stdout) == ("unsupported", "")


STATUSES = {"ok", "error", "timeout", "memory", "output", "unsupported", "crashed"}


def test_printed_text_is_returned_exactly(sandbox: OpenSandbox) -> None:
    result = sandbox.run("print('a', 1, 2.5)\nprint('é\\n', end='')")
    assert (result.status, result.stdout, result.value) == ("ok", "a 1 2.5\né\n", None)
    assert result.error == ""
    assert result.seconds > 0


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("6 * 7", "42"),
        ("x = 3\nx  # three\n\n", "3"),
        ("'a' + \"b\"", "'ab'"),
        ("[1,\n 2,\n]\n", "[1, 2]"),
        ("sum([\n1,\n2\n])", "3"),
        ("None", None),
        ("print(1)", None),
        ("x = 3", None),
        ("x = [\n1]", None),
        ("for i in range(3):\n    i", None),
        ("", None),
        ("# nothing", None),
        ("x = 1 + \\\n2", None),
        ("def f():\n    return 5\nf()", "5"),
    ],
)
def test_value_of_the_last_expression_is_returned(
    sandbox: OpenSandbox, program: str, value: str | None
) -> None:
    result = sandbox.run(program)
    assert (result.status, result.value) == ("ok", value)


def test_value_is_cut_at_the_output_limit(sandbox: OpenSandbox) -> None:
    result = sandbox.run("'a' * 5000", Limits(output_bytes=100))
    assert result.value == "'" + "a" * 99


def test_every_program_starts_fresh(sandbox: OpenSandbox) -> None:
    sandbox.run("import math\nmath.pi = 3\nx = 5")
    result = sandbox.run("import math\nprint(math.pi > 3.1)\nprint(x)")
    assert (result.status, result.stdout) == ("error", "True\n")
    assert result.error == "NameError: name 'x' is not defined (line 3)"


def test_random_numbers_are_the_same_every_time(sandbox: OpenSandbox) -> None:
    program = "import random\nprint(random.random(), random.randint(0, 9))"
    first, second = sandbox.run(program), sandbox.run(program)
    assert first.stdout == second.stdout
    assert first.status == "ok" or _declines(sandbox, first)


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("print(1)\n1 / 0", "ZeroDivisionError: division by zero (line 2)"),
        ("def f(x):\n    return round(y, 2)\nf(1)", "NameError: name 'y' is not defined (line 2)"),
        ("raise ValueError('no')", "ValueError: no (line 1)"),
        ("assert 1 == 2", "AssertionError (line 1)"),
        (
            "raise MemoryError('memory limit exceeded')",
            "MemoryError: memory limit exceeded (line 1)",
        ),
        ("raise TimeoutError('late')", "TimeoutError: late (line 1)"),
        ("[].nothing", "AttributeError: 'list' object has no attribute 'nothing' (line 1)"),
        ("import math\nmath.no", "AttributeError: module 'math' has no attribute 'no' (line 2)"),
    ],
)
def test_what_the_program_raises_is_its_error(
    sandbox: OpenSandbox, program: str, error: str
) -> None:
    result = sandbox.run(program)
    if _declines(sandbox, result):
        return
    assert (result.status, result.error) == ("error", error)


@pytest.mark.parametrize("program", ["x = ", "def f(:", "if x:\nprint(1)", "round(1", "'''"])
def test_bad_syntax_is_an_error(sandbox: OpenSandbox, program: str) -> None:
    result = sandbox.run(program)
    assert result.status == "error"
    assert result.error.startswith(("SyntaxError", "IndentationError"))
    assert "(line " in result.error


def test_leaving_early_without_a_code_is_ok(sandbox: OpenSandbox) -> None:
    result = sandbox.run("print(1)\nraise SystemExit\nprint(2)")
    assert (result.status, result.stdout, result.error) == ("ok", "1\n", "")


def test_leaving_early_with_a_message_is_an_error(sandbox: OpenSandbox) -> None:
    assert sandbox.run("raise SystemExit('bad')").status == "error"


def test_missing_module_is_unsupported(sandbox: OpenSandbox) -> None:
    result = sandbox.run("import no_such_module_anywhere")
    assert result.status == "unsupported"
    assert "no_such_module_anywhere" in result.error


def test_endless_loop_is_a_timeout(sandbox: OpenSandbox) -> None:
    result = sandbox.run("print('start')\nwhile True: pass", SHORT)
    assert (result.status, result.value) == ("timeout", None)
    assert result.seconds >= SHORT.timeout_s


def test_uninterruptible_computation_is_a_timeout(sandbox: OpenSandbox) -> None:
    assert sandbox.run("x = 3\nwhile True: x = x * x", SHORT).status == "timeout"
    assert sandbox.run("print(1)").stdout == "1\n"


@pytest.mark.parametrize(
    "program", ["x = [0] * 10 ** 9", "x = []\nwhile True: x.append('x' * 100000)"]
)
def test_too_much_memory_is_said(sandbox: OpenSandbox, program: str) -> None:
    assert sandbox.run(program, Limits(memory_bytes=64 << 20)).status == "memory"


def test_output_is_cut_at_its_limit(sandbox: OpenSandbox) -> None:
    result = sandbox.run("while True: print('ab')", Limits(output_bytes=1000))
    assert (result.status, len(result.stdout)) == ("output", 1000)


def test_output_of_exactly_the_limit_is_ok(sandbox: OpenSandbox) -> None:
    result = sandbox.run("print('a' * 1000, end='')", Limits(output_bytes=1000))
    assert (result.status, len(result.stdout)) == ("ok", 1000)


def test_output_is_cut_between_characters(sandbox: OpenSandbox) -> None:
    result = sandbox.run("print('é' * 1000)", Limits(output_bytes=101))
    assert (result.status, result.stdout) == ("output", "é" * 50)


def test_standard_error_is_not_output(sandbox: OpenSandbox) -> None:
    result = sandbox.run("import sys\nprint('no', file=sys.stderr)\nprint('yes')")
    assert result.stdout == "yes\n" or _declines(sandbox, result)


def test_recursion_stops_at_its_depth(sandbox: OpenSandbox) -> None:
    program = "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nprint(f({n}))"
    limits = Limits(recursion_depth=200)
    assert sandbox.run(program.format(n=150), limits).stdout == "150\n"
    result = sandbox.run(program.format(n=250), limits)
    assert result.status == "error"
    assert result.error.startswith("RecursionError")


def test_oversized_program_is_an_error(sandbox: OpenSandbox) -> None:
    result = sandbox.run("#" * 2_000_000)
    assert result.status == "error"
    assert "exceeds" in result.error


@pytest.mark.parametrize(
    "limits",
    [
        Limits(timeout_s=0),
        Limits(timeout_s=float("inf")),
        Limits(timeout_s=float("nan")),
        Limits(memory_bytes=-1),
        Limits(output_bytes=0),
        Limits(recursion_depth=0),
    ],
)
def test_senseless_limit_is_refused(sandbox: OpenSandbox, limits: Limits) -> None:
    with pytest.raises(UsageError, match="must be positive"):
        sandbox.run("print(1)", limits)


@pytest.mark.parametrize("spec", SPECS)
def test_any_text_ends_in_a_known_status(spec: str, opened: dict[str, OpenSandbox | str]) -> None:
    sandbox = obtain(opened, spec)

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=60))
    def check(text: str) -> None:
        assert sandbox.run(text, SHORT).status in STATUSES

    check()


def test_threads_get_their_own_results(sandbox: OpenSandbox) -> None:
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda n: sandbox.run(f"print({n} ** 2)"), range(40)))
    assert [int(result.stdout) for result in results] == [n * n for n in range(40)]


@pytest.mark.parametrize("spec", SPECS)
def test_closed_sandbox_says_so(spec: str, opened: dict[str, OpenSandbox | str]) -> None:
    obtain(opened, spec)
    with open_sandbox(spec) as sandbox:
        assert sandbox.name == spec.partition(":")[0]
        assert sandbox.run("print(1)").sandbox in ("monty", "jail")
    sandbox.close()
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run("print(1)")


@pytest.mark.parametrize("spec", SPECS)
def test_several_workers_run_at_once(spec: str, opened: dict[str, OpenSandbox | str]) -> None:
    obtain(opened, spec)
    with open_sandbox(spec, workers=2) as sandbox, ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(sandbox.run, "print(1)") for _ in range(8)]
        assert {run.result().stdout for run in runs} == {"1\n"}


@pytest.mark.parametrize(("spec", "workers"), list(product(("monty", "auto"), (0, -1))))
def test_no_workers_is_refused(spec: str, workers: int) -> None:
    with pytest.raises(UsageError, match="workers"):
        open_sandbox(spec, workers=workers)


def test_unknown_sandbox_offers_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="monty"):
        open_sandbox("mounty")


def test_probe_reports_every_sandbox() -> None:
    reports = probe()
    assert [report.name for report in reports] == sandboxes.names() == ["auto", "jail", "monty"]
    assert all(report.detail for report in reports)
    assert SandboxReport("monty", True, "pydantic-monty in worker processes") in reports
