"""The fork server: one child process per program, watched until it has ended.

The server never runs a program itself. It holds the preloaded modules, forks, reads what the
child writes up to the limits, kills it at the deadline, and sends one answer. Children
cannot reach its control pipe, which is closed in them before the program starts.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import sys
import time
import warnings
from dataclasses import dataclass, field
from typing import Any, Final

from . import lockdown
from .execute import BEGUN, MAX_ERROR_BYTES, NO_VALUE, STATUSES, VERDICT, run_program
from .frames import receive, send

_CHUNK: Final = 65536
_CONTROL: Final = 0


@dataclass(frozen=True, slots=True)
class Place:
    """What every child needs of the server that forks it."""

    answers: int
    seccomp: lockdown.Seccomp
    space: int
    readable: tuple[str, ...]


@dataclass(slots=True)
class Child:
    """A forked child that runs a program, with its output (cut at the limit) and verdict so far."""

    pid: int
    pidfd: int
    output_fd: int
    verdict_fd: int
    output: bytearray = field(default_factory=bytearray)
    verdict: bytearray = field(default_factory=bytearray)
    printed: int = 0


def main() -> None:
    """Set up the jail, then answer requests until the input ends."""
    answers = os.dup(1)
    hello = receive(_CONTROL)
    if hello is None:
        return
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    warnings.simplefilter("ignore")
    loaded = _preload(hello["site"], hello["preload"])
    readable = tuple({*hello["readable"], *map(os.path.realpath, hello["readable"])})
    os.chdir("/")
    if hello["wall"] == "landlock":
        lockdown.landlock(hello["readable"])
    lockdown.forbid_new_privileges()
    seccomp = lockdown.Seccomp(bytes.fromhex(hello["filter"]))
    os.environ.clear()
    gc.collect()
    gc.freeze()
    place = Place(answers, seccomp, lockdown.address_space_bytes(), readable)
    send(answers, {"preloaded": loaded})
    os.dup2(silence, 2)
    os.close(silence)
    while (request := receive(_CONTROL)) is not None:
        send(answers, _serve(request, place))


def _preload(site: str | None, names: list[str]) -> list[str]:
    if site is not None:
        sys.path.append(site)
    loaded: list[str] = []
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
            loaded.append(name)
    return loaded


def _serve(request: dict[str, Any], place: Place) -> dict[str, Any]:
    started = time.monotonic()
    child = _fork(request, place)
    try:
        stopped = _watch(child, started + request["timeout_s"], request["output_bytes"])
    finally:
        _kill(child)
    ended = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
    for fd in (child.output_fd, child.verdict_fd, child.pidfd):
        os.close(fd)
    status, value, error = _decide(child, stopped, ended, request)
    return {
        "status": status,
        "stdout": bytes(child.output).decode("utf-8", "ignore"),
        "value": value,
        "error": error,
        "seconds": time.monotonic() - started,
    }


def _fork(request: dict[str, Any], place: Place) -> Child:
    output_read, output_write = os.pipe()
    verdict_read, verdict_write = os.pipe()
    server = os.getpid()
    pid = os.fork()
    if pid:
        os.close(output_write)
        os.close(verdict_write)
        return Child(pid, os.pidfd_open(pid), output_read, verdict_read)
    try:
        lockdown.die_with_parent()
        if os.getppid() != server:
            os._exit(1)
        os.dup2(output_write, 1)
        os.dup2(2, _CONTROL)
        for fd in (place.answers, output_read, output_write, verdict_read):
            os.close(fd)
        lockdown.limit_resources(place.space + request["memory_bytes"], request["timeout_s"])
        place.seccomp.put_on()
        limits = (request["recursion_depth"], request["output_bytes"])
        run_program(request["program"], verdict_write, *limits, place.readable)
        os._exit(0)
    finally:
        os._exit(1)


def _watch(child: Child, deadline: float, output_bytes: int) -> str | None:
    """Read the child's output to its end: `None`, or the name of the limit that it hit.

    Output above its limit is read and dropped, so that a program which prints much comes
    to its end.
    """
    poll = select.poll()
    poll.register(_CONTROL, 0)
    for fd in (child.pidfd, child.output_fd, child.verdict_fd):
        poll.register(fd, select.POLLIN)
    ended = False
    while True:
        left = 0.0 if ended else deadline - time.monotonic()
        ready = poll.poll(max(0.0, left) * 1000)
        if not ready:
            return None if ended else "timeout"
        for fd, _ in ready:
            if fd == _CONTROL:
                _leave(child)
            elif fd == child.pidfd:
                ended = True
                poll.unregister(fd)
            elif not _take(child, fd, output_bytes):
                poll.unregister(fd)
        if not ended and time.monotonic() > deadline:
            return "timeout"


def _take(child: Child, fd: int, output_bytes: int) -> bool:
    """Read once from a child's pipe; whether there may be more."""
    data = os.read(fd, _CHUNK)
    if fd == child.output_fd:
        child.printed += len(data)
        sink, limit = child.output, output_bytes
    else:
        sink, limit = child.verdict, len(BEGUN) + VERDICT.size + output_bytes + MAX_ERROR_BYTES + 1
    sink += data[: limit - len(sink)]
    return bool(data)


def _leave(child: Child) -> None:
    """The host is gone: end the child, then this process."""
    _kill(child)
    os._exit(0)


def _kill(child: Child) -> None:
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(child.pidfd, signal.SIGKILL)


def _decide(
    child: Child, stopped: str | None, ended: int, request: dict[str, Any]
) -> tuple[str, str | None, str]:
    too_long = child.printed > request["output_bytes"]
    printed_over = f"printed over {request['output_bytes']} bytes"
    if stopped is not None:
        late = f"TimeoutError: still running after {request['timeout_s']} s"
        return ("output", None, printed_over) if too_long else ("timeout", None, late)
    verdict = _parse(bytes(child.verdict)) if ended == 0 else None
    if verdict is None:
        return _without_verdict(bytes(child.verdict), ended)
    status, value, _ = verdict
    return ("output", value, printed_over) if too_long and status == "ok" else verdict


def _without_verdict(begun: bytes, ended: int) -> tuple[str, str | None, str]:
    """How a process ended that left no verdict: by its program's doing, or by another's.

    The kernel kills (SIGKILL) for reasons of its own, such as a machine without free memory.
    """
    how = f"exited with code {ended}" if ended >= 0 else f"killed by {signal.Signals(-ended).name}"
    own = begun.startswith(BEGUN) and ended != -signal.SIGKILL
    return "error" if own else "crashed", None, f"{how} before the end"


def _parse(data: bytes) -> tuple[str, str | None, str] | None:
    """Status, value and error of a verdict; None unless it is well formed."""
    data = data[len(BEGUN) :]
    if len(data) < VERDICT.size:
        return None
    sizes: tuple[int, int, int] = VERDICT.unpack_from(data)
    code, value_size, error_size = sizes
    kept = 0 if value_size == NO_VALUE else value_size
    if code >= len(STATUSES) or len(data) != VERDICT.size + kept + error_size:
        return None
    rest = data[VERDICT.size :]
    value = None if value_size == NO_VALUE else rest[:kept].decode("utf-8", "ignore")
    return STATUSES[code], value, rest[kept:].decode("utf-8", "replace")
