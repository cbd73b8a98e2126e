"""No hostile program reaches the host, outlives its limits, or spoils the sandbox for the next."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sandbox.conftest import CANARY, OPEN_MONTY, SPECS, obtain
from underdog.core import Limits
from underdog.sandbox import OpenSandbox

LIMITS = Limits(timeout_s=0.25, memory_bytes=128 * 1024 * 1024)
GRACE_S = 60.0
MAX_HOST_GROWTH_BYTES = 64 * 1024 * 1024
HEALTH = "import math\ndef f():\n    pass\nprint(6 * 7, math.floor(math.pi * 100), 1 + 2)"


def _attacks() -> dict[str, str]:
    text = (Path(__file__).parent / "attacks.txt").read_text("utf-8")
    parts = text.split("\n=== ")[1:]
    return {name: code for name, _, code in (part.partition("\n") for part in parts)}


ATTACKS = _attacks()


@dataclass
class Host:
    """What an attack may not change."""

    folder: Path
    listener: socket.socket
    process: "subprocess.Popen[bytes]"

    def state(self) -> list[object]:
        """Everything about the canaries that an attack could change."""
        files = [
            (path.name, path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
            for path in sorted(self.folder.iterdir())
        ]
        return [
            files,
            self.process.poll(),
            os.getpriority(os.PRIO_PROCESS, 0),
            socket.gethostname(),
        ]

    def was_called(self) -> bool:
        """Whether someone has connected to the listening socket."""
        try:
            self.listener.accept()
        except BlockingIOError:
            return False
        return True

    def fill(self, attack: str) -> str:
        """Put this host's names into an attack."""
        port = self.listener.getsockname()[1]
        for mark, value in (
            ("@FOLDER@", self.folder),
            ("@PORT@", port),
            ("@PID@", self.process.pid),
            ("@HOST@", os.getpid()),
        ):
            attack = attack.replace(mark, str(value))
        return attack


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("canary")
    (folder / "secret").write_text(CANARY)
    (folder / "secret_module.py").write_text(f"SECRET = {CANARY!r}\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        sleeper = [sys.executable, "-c", "import sys; sys.stdin.read()"]
        with subprocess.Popen(sleeper, stdin=subprocess.PIPE) as process:
            yield Host(folder, listener, process)
            process.kill()


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_there_are_at_least_two_hundred_attacks() -> None:
    assert len(ATTACKS) >= 200


def _specs() -> list[object]:
    quick = ("jail", OPEN_MONTY)
    marks = {spec: () if spec in quick else pytest.mark.slow for spec in SPECS}
    return [pytest.param(spec, marks=marks[spec]) for spec in SPECS]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("spec", _specs())
def test_attack_leaves_the_host_as_it_was(
    opened: dict[str, OpenSandbox | str], host: Host, spec: str, attack: str
) -> None:
    sandbox = obtain(opened, spec)
    before, resident = host.state(), _resident_bytes()
    started = time.monotonic()
    result = sandbox.run(host.fill(ATTACKS[attack]), LIMITS)
    took = time.monotonic() - started
    assert host.state() == before
    assert not host.was_called()
    assert CANARY not in result.stdout + str(result.value) + result.error
    assert "root:" not in result.stdout
    assert took < LIMITS.timeout_s + GRACE_S
    assert len(result.stdout.encode()) <= LIMITS.output_bytes
    assert len(result.value or "") <= LIMITS.output_bytes
    assert len(result.error) < 10_000
    assert _resident_bytes() - resident < MAX_HOST_GROWTH_BYTES
    health = sandbox.run(HEALTH)
    assert (health.status, health.stdout) == ("ok", "42 314 3\n")
