"""Many programs in one call: the same results as one by one, each in a fresh state."""

import os
import signal

import pytest

from underdog.core import Limits, SandboxResult
from underdog.errors import SandboxError, UsageError
from underdog.sandbox import OpenSandbox, open_sandbox
from underdog.sandbox._pool import MAX_PROGRAM_BYTES, _batches
from underdog.sandbox._worker import Worker

PROGRAMS = [
    "print(1)",
    "x = 5\nprint(x)",
    "print(x)",
    "while True: pass",
    "6 * 7",
    "import sympy",
    "print('é' * 10)",
    "while True: print('x' * 1000)",
    "raise ValueError('no')",
    "x = []\nwhile True: x.append('x' * 100000)",
]
LIMITS = Limits(timeout_s=1.0, memory_bytes=32 << 20, output_bytes=2_000)


def _facts(results: list[SandboxResult]) -> list[tuple[str, str, str | None]]:
    return [(one.status, one.stdout, one.value) for one in results]


def test_a_batch_gives_what_single_runs_give() -> None:
    with open_sandbox("monty") as sandbox:
        alone = [sandbox.run(program, LIMITS) for program in PROGRAMS]
        assert _facts(list(sandbox.run_many(PROGRAMS, LIMITS))) == _facts(alone)


def test_no_state_passes_from_one_program_to_the_next() -> None:
    programs = ["n = 1\nimport math\nmath.pi", "print(n)"] * 40
    with open_sandbox("monty") as sandbox:
        results = sandbox.run_many(programs)
    assert {one.status for one in results[1::2]} == {"error"}
    assert all("NameError" in one.error for one in results[1::2])


def test_several_workers_keep_the_order() -> None:
    programs = [f"print({number})" for number in range(200)]
    with open_sandbox("monty", workers=2) as sandbox:
        results = sandbox.run_many(programs)
    assert [one.stdout for one in results] == [f"{number}\n" for number in range(200)]


def test_a_lost_worker_costs_only_the_program_that_loses_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask = Worker.ask

    def deadly(self: Worker, request, timeout_s, max_bytes):
        programs = request.get("programs", [request.get("program", "")])
        if any("deadly" in program for program in programs):
            os.killpg(self._process.pid, signal.SIGKILL)
        return ask(self, request, timeout_s, max_bytes)

    monkeypatch.setattr(Worker, "ask", deadly)
    programs = ["print(1)", "print(2)", "'deadly'", "print(3)", "print(4)"]
    with open_sandbox("monty") as sandbox:
        results = sandbox.run_many(programs)
    assert [one.status for one in results] == ["ok", "ok", "crashed", "ok", "ok"]
    assert [one.stdout for one in results if one.status == "ok"] == ["1\n", "2\n", "3\n", "4\n"]


def test_a_program_too_long_is_refused_among_others() -> None:
    programs = ["print(1)", "#" * (MAX_PROGRAM_BYTES + 1), "print(2)"]
    with open_sandbox("monty") as sandbox:
        results = sandbox.run_many(programs)
    assert [one.status for one in results] == ["ok", "error", "ok"]
    assert "exceeds" in results[1].error


def test_much_output_is_answered_in_parts() -> None:
    programs = ["print('x' * 10000)"] * 8
    with open_sandbox("monty") as sandbox:
        results = sandbox.run_many(programs, Limits(output_bytes=20_000))
    assert [len(one.stdout) for one in results] == [10_001] * 8


def test_batches_are_cut_by_count_and_size() -> None:
    assert [len(one) for one in _batches(["x"] * 130)] == [64, 64, 2]
    assert [len(one) for one in _batches(["x" * 400_000] * 3)] == [1, 1, 1]
    assert list(_batches([])) == []


def test_what_one_run_refuses_a_batch_refuses() -> None:
    sandbox = open_sandbox("monty")
    with pytest.raises(UsageError, match="timeout_s"):
        sandbox.run_many(["1"], Limits(timeout_s=0))
    assert list(sandbox.run_many([])) == []
    sandbox.close()
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run_many(["print(1)"])


def test_a_sandbox_without_batches_runs_one_by_one() -> None:
    class Single:
        name = "single"

        def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
            return SandboxResult("ok", program)

        def close(self) -> None:
            pass

    results = OpenSandbox(Single()).run_many(["a", "b"])
    assert [one.stdout for one in results] == ["a", "b"]


def test_auto_sends_what_monty_lacks_to_the_jail() -> None:
    with open_sandbox("auto") as sandbox:
        results = sandbox.run_many(["print(1)", "import string\nprint(string.digits)"])
    assert results[0].stdout == "1\n"
    assert results[1].status in ("ok", "unsupported")
