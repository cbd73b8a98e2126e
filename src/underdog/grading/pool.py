"""Worker processes for grading work that may hang or crash: symbolic mathematics, JSON Schema.

Not a sandbox: what is sent are answers as data, never programs. Each worker is a plain child
process that speaks JSON lines over its pipes (so a script without a `__main__` guard can use it).
It is started when first needed, serves one request at a time, and is killed, to be replaced, when a
request runs past its time. Safe to use from several threads, and after a fork (the child starts its
own workers).
"""

import atexit
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

from underdog.child_process import ChildLostError, LineProcess, python_command
from underdog.core import JSONValue

DEFAULT_TIMEOUT_S = 5.0
_STARTUP_TIMEOUT_S = 120.0
_MAX_WORKERS = 4

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


def _start_worker() -> LineProcess:
    """Start one; its hashes, and so the order in which sympy sorts, are those of every other."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    return LineProcess(python_command(f"{__package__}.symbolic.worker"), environment)


def _asked(worker: LineProcess, request: Mapping[str, JSONValue], timeout_s: float) -> PoolReply:
    """A worker's reply. After `timeout` or `crashed` it has been ended."""
    try:
        reply = worker.ask(request, timeout_s)
    except ChildLostError as lost:
        if lost.hung:
            return PoolReply("timeout", detail=f"not decided within {timeout_s:g} s")
        return PoolReply("crashed", detail="the grading worker died")
    return PoolReply(reply["status"], reply.get("value"), reply.get("detail", ""))


class GradingPool:
    """Workers, started when needed, up to a number.

    Args:
        num_workers: How many requests may run at the same time.
        start: Starts one worker.
    """

    def __init__(self, num_workers: int, start: Callable[[], LineProcess] = _start_worker) -> None:
        self._num_workers = num_workers
        self._start = start
        self._closed = False
        self._reset()

    def call(self, request: Mapping[str, JSONValue], timeout_s: float) -> PoolReply:
        """Run a request in a worker. Never raises; waits for a free worker at most as needed."""
        with self._slots:
            worker = self._take()
            if isinstance(worker, PoolReply):
                self._count(worker)
                return worker
            reply = _asked(worker, request, timeout_s)
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
        self._idle: list[LineProcess] = []
        self._counters = PoolCounters()

    def _take(self) -> LineProcess | PoolReply:
        with self._lock:
            if self._closed:
                return PoolReply("crashed", detail="the grading pool is closed")
            if self._idle:
                return self._idle.pop()
            self._counters = replace(self._counters, starts=self._counters.starts + 1)
        try:
            worker = self._start()
        except OSError as error:
            return PoolReply("crashed", detail=f"no grading worker could be started: {error}")
        try:
            worker.receive(_STARTUP_TIMEOUT_S)
        except ChildLostError as lost:
            worker.end()
            return PoolReply("crashed", detail=f"a grading worker could not be started: {lost}")
        return worker

    def _give_back(self, worker: LineProcess, reply: PoolReply) -> None:
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
