"""Worker processes for grading work that may hang or crash: symbolic mathematics, JSON Schema.

Not a sandbox: what is sent are answers as data, never programs. Each worker is a plain child
process that speaks JSON lines over its pipes (so a script without a `__main__` guard can use it).
It is started when first needed, serves one request at a time, and is killed, to be replaced, when a
request runs past its time. Workers also bound themselves: each request arms an alarm in the
worker, so even a killed parent leaves none behind. Safe to use from several threads, and after a
fork (the child starts its own workers).
"""

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO, Literal, TypeAlias, cast

from underdog.core import JSONValue

DEFAULT_TIMEOUT_S = 5.0
_STARTUP_TIMEOUT_S = 120.0
_MAX_WORKERS = 4
_BLOCK_BYTES = 1 << 16
_BOOT = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from underdog.grading.symbolic.worker import main; main()"
)

ReplyStatus: TypeAlias = Literal["ok", "failed", "timeout", "crashed"]


@dataclass(frozen=True, slots=True)
class PoolReply:
    """What became of a request.

    Attributes:
        status: `ok`; `failed` (the worker says that it cannot do this); `timeout`; `crashed` (the
            worker died, or none could be started).
        value: The result when `ok`.
        detail: Why not, otherwise.
    """

    status: ReplyStatus
    value: JSONValue = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PoolCounters:
    """What a pool has done so far.

    Attributes:
        requests: Requests sent to workers.
        failed: Requests that a worker could not do.
        timeouts: Requests whose worker was killed for taking too long.
        crashes: Requests whose worker died, or could not be started.
        starts: Workers started.
    """

    requests: int = 0
    failed: int = 0
    timeouts: int = 0
    crashes: int = 0
    starts: int = 0


class _Worker:
    """One child process; used by one thread at a time."""

    def __init__(self, boot: str) -> None:
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-c", boot, str(Path(__file__).parents[2])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # buffered pipes hold locks, which a fork would copy in the held state
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        self._stdin = cast(IO[bytes], self._process.stdin)
        self._stdout = cast(IO[bytes], self._process.stdout)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask(self, request: Mapping[str, JSONValue], timeout_s: float) -> PoolReply:
        """Send a request and wait for its reply. After `timeout` or `crashed` it must be ended."""
        message = json.dumps({**request, "timeout_s": timeout_s}).encode() + b"\n"
        try:
            while message:
                message = message[self._stdin.write(message) :]
        except (OSError, ValueError):
            return PoolReply("crashed", detail="the grading worker has died")
        return self.receive(timeout_s)

    def receive(self, timeout_s: float) -> PoolReply:
        """Wait for one line of the worker."""
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            return PoolReply("timeout", detail=f"not decided within {timeout_s:g} s")
        if line is None:
            return PoolReply("crashed", detail="the grading worker died")
        reply = json.loads(line)
        return PoolReply(reply["status"], reply.get("value"), reply.get("detail", ""))

    def end(self) -> None:
        """Kill the process and release its pipes."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self.abandon()

    def abandon(self) -> None:
        """Release the pipes only: the process has ended, or belongs to the parent of a fork.

        A pipe that is being read is left to its reader, which ends with the worker (a closed
        `stdin` ends it): closed under the reader, its number could be given to the next worker's
        pipe, whose first line the old reader would take. A fork's child has no readers.
        """
        self._process.returncode = self._process.returncode or 0
        self._stdin.close()
        if not self._reader.is_alive():
            self._stdout.close()

    def _read(self) -> None:
        rest = b""
        with self._stdout:
            while block := self._stdout.read(_BLOCK_BYTES):
                *lines, rest = (rest + block).split(b"\n")
                for line in lines:
                    self._lines.put(line)
        self._lines.put(None)


class GradingPool:
    """Workers, started when needed, up to a number.

    Args:
        num_workers: How many requests may run at the same time.
        boot: Program that a worker runs; for tests.
    """

    def __init__(self, num_workers: int, boot: str = _BOOT) -> None:
        self._num_workers = num_workers
        self._boot = boot
        self._closed = False
        self._reset()

    def call(self, request: Mapping[str, JSONValue], timeout_s: float) -> PoolReply:
        """Run a request in a worker. Never raises; waits for a free worker at most as needed."""
        with self._slots:
            worker = self._take()
            if isinstance(worker, PoolReply):
                self._count(worker)
                return worker
            reply = worker.ask(request, timeout_s)
            self._give_back(worker, reply)
            self._count(reply)
            return reply

    def counters(self) -> PoolCounters:
        """What has been done so far."""
        with self._lock:
            return self._counters

    def close(self) -> None:
        """End all idle workers and accept no more requests. May be called twice."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    def forget(self) -> None:
        """Start afresh in a forked child: the workers belong to the parent."""
        for worker in self._idle:
            worker.abandon()
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self._num_workers)
        self._idle: list[_Worker] = []
        self._counters = PoolCounters()

    def _take(self) -> _Worker | PoolReply:
        with self._lock:
            if self._closed:
                return PoolReply("crashed", detail="the grading pool is closed")
            if self._idle:
                return self._idle.pop()
            self._counters = replace(self._counters, starts=self._counters.starts + 1)
        try:
            worker = _Worker(self._boot)
        except OSError as error:
            return PoolReply("crashed", detail=f"no grading worker could be started: {error}")
        ready = worker.receive(_STARTUP_TIMEOUT_S)
        if ready.status == "ok":
            return worker
        worker.end()
        return PoolReply("crashed", detail="a grading worker could not be started")

    def _give_back(self, worker: _Worker, reply: PoolReply) -> None:
        alive = reply.status in ("ok", "failed")
        with self._lock:
            keep = alive and not self._closed
            if keep:
                self._idle.append(worker)
        if not keep:
            worker.end()

    def _count(self, reply: PoolReply) -> None:
        with self._lock:
            counted = self._counters
            self._counters = replace(
                counted,
                requests=counted.requests + 1,
                failed=counted.failed + (reply.status == "failed"),
                timeouts=counted.timeouts + (reply.status == "timeout"),
                crashes=counted.crashes + (reply.status == "crashed"),
            )


@lru_cache(maxsize=1)
def default_pool() -> GradingPool:
    """The pool that all checkers share; closed when the interpreter exits."""
    pool = GradingPool(min(_MAX_WORKERS, os.cpu_count() or 1))
    atexit.register(pool.close)
    if sys.platform != "win32":
        os.register_at_fork(after_in_child=pool.forget)
    return pool


def counters() -> PoolCounters:
    """What the shared pool has done so far."""
    return default_pool().counters()
