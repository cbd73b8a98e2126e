"""Workers that die, hang or lie are replaced; none outlives its host."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from tests.paths import CHECKOUT
from tests.sandbox.conftest import SPECS, obtain, processes_under
from underdog.child_process import ChildLostError
from underdog.core import Limits
from underdog.errors import SandboxError
from underdog.sandbox import OpenSandbox, open_sandbox
from underdog.sandbox._pool import SandboxPool
from underdog.sandbox._worker import Worker

GREET = (
    "import sys, os; sys.path[:] = sys.argv[1:]\n"
    "from underdog.sandbox._jailed.frames import receive, send, pack\n"
    "receive(0); send(1, {})\n"
)
HOSTILE = {
    "dies": "receive(0)",
    "talks nonsense": "receive(0); os.write(1, b'\\0\\0\\0\\3abc'); receive(0)",
    "answers too much": "receive(0); os.write(1, b'\\xff\\xff\\xff\\xff'); receive(0)",
    "stops reading": "os.close(0)",
}
PROGRAM = "pass\n" + "#" * 200_000


def _worker(script: str) -> Worker:
    command = [sys.executable, "-c", GREET + script, *filter(None, sys.path)]
    return Worker(command, {}, {})


def _pool(script: str, max_programs: int = 100) -> SandboxPool:
    return SandboxPool("test", lambda: _worker(script), 1, max_programs)


@pytest.mark.parametrize("behaviour", HOSTILE)
def test_misbehaving_worker_is_a_crash(behaviour: str) -> None:
    pool = _pool(HOSTILE[behaviour])
    before = processes_under(os.getpid())
    result = pool.run(PROGRAM, Limits(timeout_s=20))
    assert (result.status, result.sandbox) == ("crashed", "test")
    assert len(processes_under(os.getpid())) < len(before)
    pool.close()


@pytest.mark.parametrize("script", ["receive(0); receive(0)", "import signal; signal.pause()"])
def test_silent_worker_is_a_timeout(script: str) -> None:
    pool = _pool(script)
    assert pool.run(PROGRAM, Limits(timeout_s=0.01)).status == "timeout"
    pool.close()


def test_worker_that_cannot_start_is_said() -> None:
    with pytest.raises(SandboxError, match="no/such/program"):
        Worker(["/no/such/program"], {}, {})


def test_worker_that_fails_at_once_says_why() -> None:
    with pytest.raises(SandboxError, match="ValueError: bad set-up"):
        Worker([sys.executable, "-c", "raise ValueError('bad set-up')"], {}, {})


def test_worker_is_replaced_after_its_share_of_programs() -> None:
    answer = (
        "{'status': 'ok', 'stdout': str(os.getpid()), 'value': None, 'error': '', 'seconds': 0}"
    )
    pool = _pool(f"\nwhile receive(0): send(1, {answer})", max_programs=2)
    pids = [pool.run("x", Limits()).stdout for _ in range(5)]
    assert len(set(pids)) == 3
    pool.close()


def test_closing_ends_a_run_in_another_thread() -> None:
    pool = _pool("receive(0); receive(0)")
    raised: list[BaseException] = []

    def run() -> None:
        try:
            pool.run("x", Limits(timeout_s=100))
        except SandboxError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not pool._busy:
        thread.join(0.01)
    pool.close()
    thread.join()
    assert "closed" in str(raised[0])
    pool.close()


def test_killing_a_worker_twice_is_harmless() -> None:
    worker = _worker("receive(0)")
    worker.end()
    worker.end()
    assert not worker.alive
    with pytest.raises(ChildLostError):
        worker.ask({}, 1.0, 100)


@pytest.mark.parametrize("spec", SPECS)
def test_killed_worker_is_replaced(spec: str, opened: dict[str, OpenSandbox | str]) -> None:
    obtain(opened, spec)
    others = processes_under(os.getpid())
    with open_sandbox(spec) as sandbox:
        sandbox.run("print(1)")
        for pid in processes_under(os.getpid()) - others:
            os.kill(pid, signal.SIGKILL)
        results = [sandbox.run("print(2)") for _ in range(2)]
        assert {result.status for result in results} <= {"ok", "crashed"}
        assert (results[-1].status, results[-1].stdout) == ("ok", "2\n")
    assert processes_under(os.getpid()) <= others


HOST = """
import os, signal, sys
from tests.sandbox.conftest import processes_under
from underdog.sandbox import open_sandbox
sandbox = open_sandbox(sys.argv[1])
sandbox.run("import calendar")
print(*processes_under(os.getpid()), flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("end", ["exits", "killed"])
@pytest.mark.parametrize("spec", SPECS)
def test_no_process_outlives_its_host(
    spec: str, end: str, opened: dict[str, OpenSandbox | str]
) -> None:
    obtain(opened, spec)
    done = subprocess.run(
        [sys.executable, "-c", HOST, spec, end],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        check=end == "exits",
    )
    pids = [int(pid) for pid in done.stdout.split()]
    assert pids
    for pid in pids:
        _await_end(pid)


def _await_end(pid: int) -> None:
    """Wait for a process that is not our child; the test's own time limit is the bound."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    import select

    poll = select.poll()
    poll.register(fd, select.POLLIN)
    assert poll.poll(60_000)
    os.close(fd)
