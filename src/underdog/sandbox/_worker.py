"""One worker process that exchanges frames with its caller and never holds it past the deadline.

Other child processes send lines, which a thread reads. A worker runs hostile programs, so it uses
frames: the length comes first, so that too long an answer is refused before it is read; our ends of
the pipes do not block, so that a worker which stops reading cannot hold the caller; and the caller
reads by itself, so that no answer waits for another thread to wake.
"""

import json
import os
import select
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from underdog.child_process import ChildLostError, ChildProcess
from underdog.errors import SandboxError
from underdog.sandbox._jailed.frames import CHUNK, HEADER, left, pack

START_TIMEOUT_S: Final = 60.0


class Worker(ChildProcess):
    """A started worker that has answered its first message.

    Args:
        command: Program and arguments to start.
        hello: First message to the worker.
        environment: The worker's whole environment.

    Raises:
        SandboxError: The worker could not be started or did not answer; the message quotes its
            standard error.
    """

    def __init__(
        self, command: Sequence[str], hello: Mapping[str, Any], environment: Mapping[str, str]
    ) -> None:
        self.served = 0
        try:
            super().__init__(command, environment)
        except OSError as error:
            raise SandboxError(f"cannot start {command[0]}: {error}") from error
        for pipe in (self._stdin, self._stdout):
            os.set_blocking(pipe.fileno(), False)
        try:
            self.ask(hello, START_TIMEOUT_S, max_bytes=1 << 16)
        except ChildLostError as error:
            complaint = self.said[-1] if self.said else str(error)
            raise SandboxError(f"{command[0]}: {complaint}") from error
        self.served = 0

    def ask(self, request: Mapping[str, Any], timeout_s: float, max_bytes: int) -> dict[str, Any]:
        """Send one request and return the answer.

        Args:
            request: The message.
            timeout_s: Seconds until the worker counts as hung.
            max_bytes: Largest answer that is accepted.

        Raises:
            ChildLostError: No proper answer; the worker has been ended.
        """
        deadline = time.monotonic() + timeout_s
        try:
            self._write(pack(request), deadline)
            answer = json.loads(self._read(deadline, max_bytes)[HEADER.size :])
        except (OSError, ValueError) as error:
            self.end()
            raise ChildLostError(f"worker lost: {error}") from error
        except BaseException:
            self.end()
            raise
        self.served += 1
        return answer

    def _write(self, data: bytes, deadline: float) -> None:
        into, view = self._stdin.fileno(), memoryview(data)
        while view:
            try:
                view = view[os.write(into, view) :]
            except BlockingIOError:
                _wait(into, select.POLLOUT, deadline)

    def _read(self, deadline: float, max_bytes: int) -> bytes:
        out, data = self._stdout.fileno(), b""
        while (missing := left(data)) > 0:
            if missing > max_bytes:
                raise ChildLostError(f"answer of {missing} bytes exceeds {max_bytes}")
            _wait(out, select.POLLIN, deadline)
            more = os.read(out, max(missing, CHUNK))
            if not more:
                raise ChildLostError("worker ended without an answer")
            data += more
        return data


def _wait(fd: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(fd, event)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise ChildLostError("worker did not answer in time", hung=True)
