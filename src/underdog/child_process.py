"""Child processes: started, asked in JSON lines, certainly ended; and their own side of it.

What may hang, crash or read untrusted files (grading, a model, its chat template, the sandboxes'
workers) runs in a child, so that it costs a process and never ours. Requests go over standard
input, so secrets stay out of the process list. A child leads its own process group, so that killing
it ends whatever it started. None outlives us: those still there when the interpreter exits are
killed, and the others see their input end and go by themselves.

A pipe belongs to its reader. A thread that follows a pipe closes it itself, at its end: closed
under the reader, its number could be given to the next child's pipe, whose first line the old
reader would take. Pipes are unbuffered, since buffered ones hold locks, which a fork would copy in
the held state. A forked process lets go of the children: they belong to its parent.
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
    """A child died, hung or spoke out of turn; whoever asks it says what that means to a user.

    Args:
        message: What happened.
        hung: It was alive but did not answer in time.
    """

    def __init__(self, message: str, *, hung: bool = False) -> None:
        super().__init__(message)
        self.hung = hung


def python_command(module: str) -> list[str]:
    """The command that runs `main` of a module, imported from where this process imports.

    Nothing is imported from the working directory, which may be a stranger's.
    """
    start = f"import sys; sys.path[:] = sys.argv[1:]; from {module} import main; main()"
    path = [entry for entry in sys.path if os.path.isabs(entry)]
    return [sys.executable, "-s", "-P", "-c", start, *path, _SOURCES]


class ChildProcess:
    """A running child at the other end of two pipes; used by one thread at a time.

    Args:
        command: Program and arguments.
        environment: Its whole environment; ours when `None`.

    Raises:
        OSError: It cannot be started.
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
        """The last lines that it wrote to standard error."""
        if not self.alive:
            self._join()
        lines = bytes(self._tail).decode("utf-8", "replace").splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def last_words(self) -> str:
        """The end of what it wrote to standard error, and its exit status."""
        code = self._process.poll()
        status = "still running" if code is None else f"exit status {code}"
        said = " | ".join(self.said[-4:])[-800:]
        return f"{status}; {said}" if said else status

    def strike(self) -> None:
        """Kill it and what it started but keep the pipes, which another thread may be using."""
        _alive.discard(self)
        if self._owner == os.getpid() and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if sys.platform == "win32":
                    self._process.kill()
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def end(self) -> None:
        """Kill it and what it started, and release its pipes. May be called twice."""
        self.strike()
        self._join()
        self.abandon()

    def abandon(self) -> None:
        """Release the pipes only: it has ended, or belongs to the parent of a fork.

        A pipe that is still followed is left to its reader, which ends with the child (a closed
        standard input ends it). A forked process has no readers.
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
        """Hand on every block of a pipe as it comes, and an empty one at its end."""

        def read() -> None:  # knows nothing of the child, which may be forgotten and so be freed
            with pipe:
                while block := pipe.read(_BLOCK_BYTES):
                    take(block)
            take(b"")

        self._readers[pipe] = threading.Thread(target=read, daemon=True, name="underdog-reader")
        self._readers[pipe].start()


class LineProcess(ChildProcess):
    """A child that is told, and tells, one JSON object a line. Arguments as for `ChildProcess`."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(command, environment)
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._follow(self._stdout, _cut_lines(self._lines))

    def ask(self, request: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """Send a request, with the time that it has, and wait for the reply.

        Raises:
            ChildLostError: None came; the child has been ended.
        """
        try:
            self.send({**request, "timeout_s": timeout_s})
            return self.receive(timeout_s)
        except BaseException:  # a reply that still came would be taken for the next request's
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
        """Its next message.

        Raises:
            ChildLostError: It ended, said something else, or the time is up.
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
        """What to say of a child on its way out, which is let get there: its status is told."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        return ChildLostError(f"it has ended; {self.last_words}")


def serve_lines(
    answer: Callable[[dict[str, Any]], Mapping[str, Any]], hello: Mapping[str, Any] | None = None
) -> None:
    """In the child: answer every request that comes in, until the input ends.

    An alarm ends the process when a request overstays, so that it ends where nobody is left to kill
    it. Whatever `answer` prints goes to standard error.

    Args:
        answer: Gives the reply to a request; what it raises ends the child.
        hello: Said first.
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
    """In the child: leave Ctrl-C to the host, dump no core, and bound what it may use.

    Args:
        memory_bytes: Address space, which Linux alone bounds.
        file_bytes: Largest file that it may write.
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
