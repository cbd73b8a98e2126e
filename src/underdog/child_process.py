"""Child processes that answer JSON lines: starting, asking and ending them; and the child's side.

Code that may hang, crash or read untrusted files (grading, a model, its chat template, the
sandboxes' workers) runs in a child process, so that a failure ends that process only. Requests go
over standard input, so secrets stay out of the process list. A child leads its own process group,
so that killing it ends its own children too. No child outlives this process: children alive at the
interpreter's exit are killed, and after a crash of this process they see their input end and exit.

The thread that reads a pipe closes it, at its end: if another thread closed it, the next child's
pipe could get the same file descriptor, and the old reader would take its first line. Pipes are
unbuffered, since buffered ones hold locks, which a fork would copy in the held state. After a fork,
the new process releases the children, which belong to its parent.
"""

import atexit
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

_BLOCK_BYTES = 1 << 16
_TAIL_BYTES = 4000
_GRACE_S = 5.0
_ALARM_GRACE_S = 1.0
_SOURCES = str(Path(__file__).parents[1])

_alive: "weakref.WeakSet[ChildProcess]" = weakref.WeakSet()


class ChildLostError(Exception):
    """A child died, hung or broke the protocol; callers turn it into an error for the user.

    Args:
        message: What happened.
        hung: Whether the child was alive but did not answer in time.
    """

    def __init__(self, message: str, *, hung: bool = False) -> None:
        super().__init__(message)
        self.hung = hung


def python_command(module: str) -> list[str]:
    """The command that runs `main` of a module, imported from where this process imports.

    The working directory is not on the import path, as it may hold untrusted files.
    """
    start = f"import sys; sys.path[:] = sys.argv[1:]; from {module} import main; main()"
    path = [entry for entry in sys.path if os.path.isabs(entry)]
    return [sys.executable, "-s", "-P", "-c", start, *path, _SOURCES]


class ChildProcess:
    """A running child at the other end of two pipes; used by one thread at a time.

    Args:
        command: Program and arguments.
        environment: The child's whole environment; that of this process when `None`.

    Raises:
        OSError: The child cannot be started.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        self._owner = os.getpid()
        self._stdin = cast(IO[bytes], self._process.stdin)
        self._stdout = cast(IO[bytes], self._process.stdout)
        self._readers: dict[IO[bytes], threading.Thread] = {}
        self._tail = bytearray()
        self._follow(cast(IO[bytes], self._process.stderr), _keep_end(self._tail))
        _alive.add(self)

    @property
    def alive(self) -> bool:
        """Whether the child is running."""
        return self._process.poll() is None

    @property
    def said(self) -> list[str]:
        """The last lines of the child's standard error."""
        if not self.alive:
            self._join()
        lines = bytes(self._tail).decode("utf-8", "replace").splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def last_words(self) -> str:
        """The end of the child's standard error, and its exit status."""
        code = self._process.poll()
        status = "still running" if code is None else f"exit status {code}"
        said = " | ".join(self.said[-4:])[-800:]
        return f"{status}; {said}" if said else status

    def strike(self) -> None:
        """Kill the child's process group but keep the pipes, which another thread may be using."""
        _alive.discard(self)
        if self._owner == os.getpid() and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if sys.platform == "win32":
                    self._process.kill()
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def end(self) -> None:
        """Kill the child's process group and release its pipes. May be called twice."""
        self.strike()
        self._join()
        self.abandon()

    def abandon(self) -> None:
        """Release the pipes without killing: the child has ended or belongs to a fork's parent.

        A pipe that a thread still reads is left to that thread, which ends with the child (a
        closed standard input ends the child). A forked process has no reading threads.
        """
        self._process.returncode = self._process.returncode or 0
        self._stdin.close()
        for pipe in (self._stdout, cast(IO[bytes], self._process.stderr)):
            if pipe not in self._readers or not self._readers[pipe].is_alive():
                pipe.close()

    def _join(self) -> None:
        for reader in self._readers.values():
            reader.join(_GRACE_S)

    def _follow(self, pipe: IO[bytes], take: Callable[[bytes], object]) -> None:
        """Start a thread that passes each block of a pipe to `take`, an empty one at its end."""

        def read() -> None:  # holds no reference to the child, so that it can be garbage-collected
            with pipe:
                while block := pipe.read(_BLOCK_BYTES):
                    take(block)
            take(b"")

        self._readers[pipe] = threading.Thread(target=read, daemon=True, name="underdog-reader")
        self._readers[pipe].start()


class LineProcess(ChildProcess):
    """A child that exchanges JSON objects, one a line. Arguments as for `ChildProcess`."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(command, environment)
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._follow(self._stdout, _cut_lines(self._lines))

    def ask(self, request: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """Send a request with its time limit in seconds, and return the reply.

        Raises:
            ChildLostError: No reply came; the child has been ended.
        """
        try:
            self.send({**request, "timeout_s": timeout_s})
            return self.receive(timeout_s)
        except BaseException:  # a late reply would be taken for that of the next request
            self.end()
            raise

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message.

        Raises:
            ChildLostError: The child is gone.
        """
        data = memoryview(json.dumps(message).encode() + b"\n")
        try:
            while data:
                data = data[self._stdin.write(data) :]
        except (OSError, ValueError) as error:
            raise self._gone() from error

    def receive(self, timeout_s: float) -> dict[str, Any]:
        """The child's next message.

        Raises:
            ChildLostError: The child ended, sent no JSON object, or the time is up.
        """
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            what = f"no answer within {timeout_s:g} s; {self.last_words}"
            raise ChildLostError(what, hung=True) from None
        if line is None:
            self._lines.put(None)
            raise self._gone()
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            raise ChildLostError(f"it said {line[:80]!r}; {self.last_words}")
        return cast(dict[str, Any], message)

    def _gone(self) -> ChildLostError:
        """Error for a child that has closed its output; waits briefly for its exit status."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        return ChildLostError(f"it has ended; {self.last_words}")


def serve_lines(
    answer: Callable[[dict[str, Any]], Mapping[str, Any]], hello: Mapping[str, Any] | None = None
) -> None:
    """In the child: answer every request that comes in, until the input ends.

    An alarm ends the process when a request exceeds its time limit, since the parent that would
    kill it may be gone. Text that `answer` prints goes to standard error.

    Args:
        answer: Function from a request to its reply; its exceptions end the child.
        hello: First message, sent before any request; `None` sends none.
    """
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)
        if hello is not None:
            _reply(replies, hello)
        for line in sys.stdin.buffer:
            request = json.loads(line)
            _arm(request["timeout_s"] + _ALARM_GRACE_S)
            _reply(replies, answer(request))
            _arm(0.0)


def limit_process(memory_bytes: int | None = None, file_bytes: int | None = None) -> None:
    """In the child: ignore Ctrl-C, dump no core, and limit memory and file sizes.

    Args:
        memory_bytes: Limit on address space, on Linux only; `None` sets none.
        file_bytes: Largest file that the process may write; `None` sets no limit.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        return
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    bounds = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: file_bytes}
    if sys.platform == "linux":
        bounds[resource.RLIMIT_AS] = memory_bytes
    for kind, value in bounds.items():
        if value is not None:
            resource.setrlimit(kind, (value, value))


def _reply(replies: IO[bytes], message: Mapping[str, Any]) -> None:
    replies.write(json.dumps(message).encode() + b"\n")
    replies.flush()


def _arm(seconds: float) -> None:
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _keep_end(tail: bytearray) -> Callable[[bytes], None]:
    def take(block: bytes) -> None:
        tail.extend(block)
        del tail[:-_TAIL_BYTES]

    return take


def _cut_lines(lines: "queue.SimpleQueue[bytes | None]") -> Callable[[bytes], None]:
    rest = b""

    def take(block: bytes) -> None:
        nonlocal rest
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            lines.put(line)
        if not block:
            lines.put(None)

    return take


@atexit.register
def _end_all() -> None:
    for child in list(_alive):
        child.end()


def _abandon_all() -> None:
    for child in list(_alive):
        child.abandon()
    _alive.clear()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_abandon_all)
