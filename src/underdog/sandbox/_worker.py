"""One worker process at the other end of two pipes, which the host can always get rid of.

The worker leads its own process group, so that killing it also ends whatever it started. Its pipes
are non-blocking on our side: neither a full pipe nor a silent worker can hold the caller past the
deadline. Workers that are still alive when the interpreter exits are killed; if the host is killed
first, they notice the end of their input and go by themselves.
"""

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import time
import weakref
from collections.abc import Mapping, Sequence
from typing import Any, Final

from underdog.errors import SandboxError
from underdog.sandbox._jailed.frames import CHUNK, HEADER, left, pack

START_TIMEOUT_S: Final = 60.0
_MAX_COMPLAINT_BYTES: Final = 2000

_alive: "weakref.WeakSet[Worker]" = weakref.WeakSet()


class WorkerLostError(Exception):
    """The worker died, hung or spoke out of turn; it has been killed. Never leaves this package.

    Args:
        hung: It was alive but did not answer in time.
        message: What happened.
    """

    def __init__(self, hung: bool, message: str) -> None:
        super().__init__(message)
        self.hung = hung


class Worker:
    """A started worker that has said hello.

    Args:
        command: Program and arguments to start.
        hello: First message to the worker.
        environment: The worker's whole environment.

    Raises:
        SandboxError: It could not be started or did not answer; says what it wrote to stderr.
    """

    def __init__(
        self, command: Sequence[str], hello: Mapping[str, Any], environment: Mapping[str, str]
    ) -> None:
        self.served = 0
        try:
            self._process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(environment),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"cannot start {command[0]}: {error}") from error
        self._owner = os.getpid()
        _alive.add(self)
        self._into, self._out = _fileno(self._process.stdin), _fileno(self._process.stdout)
        os.set_blocking(self._into, False)
        os.set_blocking(self._out, False)
        try:
            self.greeting = self.ask(hello, START_TIMEOUT_S, max_bytes=1 << 16)
        except WorkerLostError as error:
            raise SandboxError(f"{command[0]}: {self._complaint() or error}") from error
        finally:
            _close(self._process.stderr)
        self.served = 0

    def ask(self, request: Mapping[str, Any], timeout_s: float, max_bytes: int) -> dict[str, Any]:
        """Send one request and wait for its answer.

        Args:
            request: The message.
            timeout_s: Seconds until the worker counts as hung.
            max_bytes: Largest answer that is accepted.

        Raises:
            WorkerLostError: No proper answer; the worker has been killed.
        """
        deadline = time.monotonic() + timeout_s
        try:
            self._write(pack(request), deadline)
            answer = json.loads(self._read(deadline, max_bytes)[HEADER.size :])
        except (OSError, ValueError) as error:
            self.kill()
            raise WorkerLostError(False, f"worker lost: {error}") from error
        except BaseException:
            self.kill()
            raise
        self.served += 1
        return answer

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the worker and everything it started. May be called twice."""
        if self._owner == os.getpid():
            self.strike()
            _close(self._process.stdin)
            _close(self._process.stdout)

    def strike(self) -> None:
        """Kill the processes but keep the pipes, which a thread inside `ask` may be using."""
        _alive.discard(self)
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _complaint(self) -> str:
        pipe = self._process.stderr
        if pipe is None:
            return ""
        os.set_blocking(pipe.fileno(), False)
        text = (pipe.read(_MAX_COMPLAINT_BYTES) or b"").decode(errors="replace").strip()
        return text.splitlines()[-1] if text else ""

    def _write(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._into, view) :]
            except BlockingIOError:
                self._wait(self._into, select.POLLOUT, deadline)

    def _read(self, deadline: float, max_bytes: int) -> bytes:
        data = b""
        while (missing := left(data)) > 0:
            if missing > max_bytes:
                raise WorkerLostError(False, f"answer of {missing} bytes exceeds {max_bytes}")
            self._wait(self._out, select.POLLIN, deadline)
            more = os.read(self._out, max(missing, CHUNK))
            if not more:
                raise WorkerLostError(False, "worker ended without an answer")
            data += more
        return data

    def _wait(self, fd: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(fd, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise WorkerLostError(True, "worker did not answer in time")


def _fileno(pipe: Any) -> int:
    return pipe.fileno()


def _close(pipe: Any) -> None:
    with contextlib.suppress(OSError):
        pipe.close()


@atexit.register
def _kill_all() -> None:
    for worker in list(_alive):
        worker.kill()
