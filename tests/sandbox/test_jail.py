"""The jail: what it needs, what it says when that is missing, and how verdicts are read."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.conftest import processes_under
from underdog.errors import ConfigError, SandboxError, UsageError
from underdog.sandbox import OpenSandbox, _seccomp, _walls, jail, open_sandbox, probe
from underdog.sandbox import probing as opening
from underdog.sandbox._jailed import execute as program
from underdog.sandbox._jailed import lockdown, server
from underdog.sandbox._jailed.frames import receive, send

SYMPY = "import sympy\nx = sympy.symbols('x')\nprint(sympy.solve(x**2 - 4, x))"


@pytest.fixture
def no_jail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail.shutil, "which", lambda _: None)
    monkeypatch.setattr(jail, "landlock_abi", lambda: -1)


@pytest.mark.usefixtures("no_jail")
def test_without_any_wall_there_is_no_jail_and_the_reasons_are_given() -> None:
    with pytest.raises(SandboxError) as caught:
        open_sandbox("jail")
    assert "apt-get install bubblewrap" in str(caught.value)
    assert "no landlock" in str(caught.value)


@pytest.mark.usefixtures("no_jail")
def test_without_a_jail_auto_leaves_unsupported_programs_unsupported() -> None:
    with open_sandbox("auto") as sandbox:
        assert sandbox.run("print(1)").status == "ok"
        result = sandbox.run("import sympy")
        assert (result.status, result.sandbox) == ("unsupported", "monty")
        assert "bubblewrap" in str(sandbox)


@pytest.mark.usefixtures("no_jail")
def test_probe_reports_the_missing_jail() -> None:
    report = next(report for report in probe() if report.name == "jail")
    assert not report.available
    assert "bubblewrap" in report.detail


def test_probe_reports_a_trial_that_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = SimpleNamespace(
        run=lambda _: SimpleNamespace(status="crashed", stdout="", error="boom"),
        close=lambda: None,
    )
    monkeypatch.setattr(opening, "open_sandbox", lambda _: broken)
    assert opening._try("x") == opening.SandboxReport("x", False, "trial ended as crashed: boom")


def test_jail_needs_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jail.sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="needs Linux"):
        open_sandbox("jail")


def test_jail_needs_libseccomp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_seccomp, "find_library", lambda _: "libnothing.so.0")
    with pytest.raises(SandboxError, match="apt-get install libseccomp2"):
        _seccomp.compile_filter()


def test_libseccomp_that_refuses_is_said() -> None:
    fake = SimpleNamespace(
        seccomp_syscall_resolve_name=lambda _: 1,
        seccomp_rule_add_array=lambda *_: -22,
        seccomp_export_bpf=lambda *_: -22,
    )
    with pytest.raises(SandboxError, match="rule for read"):
        _seccomp._allow(fake, 0, "read", ())  # pyright: ignore
    with pytest.raises(SandboxError, match="export"):
        _seccomp._export(fake, 0)  # pyright: ignore


def test_unknown_wall_is_refused() -> None:
    with pytest.raises((UsageError, ConfigError), match="bubblewrap"):
        open_sandbox("jail:wall=brick")


def test_jail_has_sympy_and_says_so(jail: OpenSandbox) -> None:
    pytest.importorskip("sympy")
    assert jail.run(SYMPY).stdout == "[-2, 2]\n"
    assert "with sympy" in str(jail)


def test_auto_sends_what_monty_lacks_to_the_jail(
    jail: OpenSandbox, opened: dict[str, OpenSandbox | str]
) -> None:
    with open_sandbox("auto") as sandbox:
        assert sandbox.run("print(1)").sandbox == "monty"
        result = sandbox.run("class E(Exception): pass\nprint(E.__mro__[1].__name__)")
        assert (result.status, result.stdout, result.sandbox) == ("ok", "Exception\n", "jail")


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("import os\nos._exit(0)", "exited with code 0 before the end"),
        ("import os\nos._exit(3)", "exited with code 3 before the end"),
        ("import os\nos.kill(os.getpid(), 9)", "exited with code 137 before the end"),
        ("import ctypes\nctypes.string_at(0)", "killed by SIGSEGV before the end"),
        ("import os\nos.abort()", "killed by SIGSEGV before the end"),
        ("import signal\nsignal.alarm(1)\nwhile True: pass", "killed by SIGALRM before the end"),
    ],
)
def test_a_program_that_ends_its_process_has_failed(
    jail: OpenSandbox, program: str, error: str
) -> None:
    result = jail.run(program)
    assert (result.status, result.error) == ("error", error)


@pytest.mark.parametrize(
    ("verdict", "ended", "status"),
    [
        (b"", 1, "crashed"),
        (b"", -signal.SIGSEGV, "crashed"),
        (program.BEGUN, 0, "error"),
        (program.BEGUN, -signal.SIGABRT, "error"),
        (program.BEGUN, -signal.SIGKILL, "crashed"),
    ],
)
def test_a_process_that_its_program_did_not_end_is_a_crash(
    verdict: bytes, ended: int, status: str
) -> None:
    assert server._without_verdict(verdict, ended)[0] == status


def test_memory_error_that_was_caught_and_raised_again_is_memory(jail: OpenSandbox) -> None:
    again = "try:\n    x = [0] * 10 ** 10\nexcept MemoryError:\n    raise"
    assert jail.run(again).status == "memory"


def test_lazily_loaded_standard_modules_work(jail: OpenSandbox) -> None:
    names = "zoneinfo, difflib, csv, sqlite3, unicodedata, hashlib, argparse, pprint, queue"
    assert jail.run(f"import {names}\nprint('all')").stdout == "all\n"


def test_asyncio_works(jail: OpenSandbox) -> None:
    text = (
        "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    print(1)\nasyncio.run(f())"
    )
    assert jail.run(text).stdout == "1\n"


def test_interpreter_without_sympy_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_walls.importlib.util, "find_spec", lambda _: None)
    found = _walls.find_interpreter()
    assert (found.site, found.packages) == (None, ())
    assert _walls.hello("landlock", found, b"\1")["filter"] == "01"


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reading_of_a_verdict(data: bytes) -> None:
    found = server._parse(data)
    assert found is None or found[0] in program.STATUSES


@given(
    st.sampled_from(program.STATUSES),
    st.none() | st.text(st.characters(codec="utf-8"), max_size=40),
    st.text(st.characters(codec="utf-8"), max_size=40),
)
def test_verdict_survives_its_journey(status: str, value: str | None, error: str) -> None:
    reader, writer = os.pipe()
    os.write(writer, program.BEGUN)
    program._write_verdict(writer, status, value, error, 1000)
    assert server._parse(os.read(reader, 10_000)) == (status, value, error)
    os.close(reader)
    os.close(writer)


def test_messages_survive_their_journey() -> None:
    reader, writer = os.pipe()
    message = {"program": "x\ud800é\0", "n": 3, "big": "a" * 10_000}
    send(writer, message)
    assert receive(reader) == message
    os.write(writer, b"\0\0\0\5ab")
    os.close(writer)
    assert receive(reader) is None
    assert receive(reader) is None
    os.close(reader)


def test_address_space_is_measured_and_the_limit_restored() -> None:
    script = (
        "import resource, mmap\n"
        "from underdog.sandbox._jailed.lockdown import address_space_bytes\n"
        "before = resource.getrlimit(resource.RLIMIT_AS)\n"
        "found = address_space_bytes()\n"
        "pages = int(open('/proc/self/statm').read().split()[0])\n"
        "assert abs(found - pages * mmap.PAGESIZE) < 1 << 22, (found, pages)\n"
        "assert resource.getrlimit(resource.RLIMIT_AS) == before\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_kernel_refusals_become_errors() -> None:
    with pytest.raises(OSError, match="prctl"):
        lockdown._prctl(9999, 0, 0)


def test_no_model_program_is_run_by_underdog_itself() -> None:
    """`exec` and `eval` occur in the file that a jailed child runs, and nowhere else."""
    import ast

    import underdog

    package = Path(underdog.__file__).parent
    users = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("exec", "eval")
    }
    assert users == {"sandbox/_jailed/execute.py"}


def test_refused_wall_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    before = processes_under(os.getpid())
    monkeypatch.setattr(jail, "compile_filter", lambda: b"")
    monkeypatch.setattr(_walls, "PRELOAD", None)
    with pytest.raises(SandboxError, match="no jail"):
        open_sandbox("jail")
    assert processes_under(os.getpid()) == before
