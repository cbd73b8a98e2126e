"""A few workers shared by many threads; a lost one is replaced at its next turn.

Workers start when first needed. Each has served at most `max_programs` programs before a fresh one
takes its place.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from underdog.core import Limits, SandboxResult
from underdog.errors import SandboxError, UsageError
from underdog.sandbox._worker import Worker, WorkerLostError

MAX_PROGRAM_BYTES: Final = 1 << 20
BACKSTOP_S: Final = 1.5
_MAX_ANSWER_OVERHEAD_BYTES: Final = 1 << 16
_JSON_GROWTH: Final = 6


class WorkerPool:
    """Runs programs on up to `workers` processes.

    Args:
        name: Name of the sandbox, put on every result.
        start: Starts one worker.
        workers: Most workers alive at once; further callers wait for their turn.
        max_programs: Programs after which a worker is replaced.

    Raises:
        UsageError: `workers` is not positive.
        SandboxError: The first worker cannot be started.
    """

    def __init__(
        self, name: str, start: Callable[[], Worker], workers: int, max_programs: int
    ) -> None:
        if workers < 1:
            raise UsageError(f"sandbox {name!r} needs at least 1 worker, got workers={workers}")
        self._name = name
        self._start = start
        self._max_programs = max_programs
        self._turns = threading.Semaphore(workers)
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._closed = False
        self._idle.append(start())

    def run(self, program: str, limits: Limits) -> SandboxResult:
        """Run one program on the next free worker.

        Raises:
            UsageError: A limit is not positive.
            SandboxError: The pool is closed, or a worker cannot be started.
        """
        _check(limits)
        size = len(program)
        if size > MAX_PROGRAM_BYTES:
            error = f"ValueError: program of {size} characters exceeds {MAX_PROGRAM_BYTES}"
            return SandboxResult("error", error=error, sandbox=self._name)
        with self._turns:
            worker = self._take()
            started = time.monotonic()
            try:
                answer = worker.ask(
                    _request(program, limits),
                    limits.timeout_s + BACKSTOP_S,
                    limits.output_bytes * _JSON_GROWTH * 2 + _MAX_ANSWER_OVERHEAD_BYTES,
                )
            except WorkerLostError as error:
                self._drop(worker)
                self._refuse_if_closed()
                return SandboxResult(
                    "timeout" if error.hung else "crashed",
                    error=str(error),
                    sandbox=self._name,
                    seconds=time.monotonic() - started,
                )
            except BaseException:
                self._drop(worker)
                raise
            self._give_back(worker, retire=bool(answer.get("retire")))
        return SandboxResult(
            answer["status"],
            answer["stdout"],
            answer["value"],
            answer["error"],
            self._name,
            answer["seconds"],
        )

    def close(self) -> None:
        """End all workers, also those at work. May be called twice."""
        with self._lock:
            self._closed = True
            idle, busy = list(self._idle), list(self._busy)
            self._idle.clear()
        for worker in busy:
            worker.strike()
        for worker in idle:
            worker.kill()

    def _take(self) -> Worker:
        with self._lock:
            self._refuse_if_closed()
            worker = self._idle.pop() if self._idle else None
            if worker is not None and worker.is_alive():
                self._busy.add(worker)
                return worker
        if worker is not None:
            worker.kill()
        fresh = self._start()
        with self._lock:
            if self._closed:
                fresh.kill()
            self._refuse_if_closed()
            self._busy.add(fresh)
        return fresh

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise SandboxError(f"sandbox {self._name!r} is closed; open a new one")

    def _drop(self, worker: Worker) -> None:
        with self._lock:
            self._busy.discard(worker)
        worker.kill()

    def _give_back(self, worker: Worker, retire: bool) -> None:
        if retire or self._closed or worker.served >= self._max_programs:
            self._drop(worker)
            return
        with self._lock:
            self._busy.discard(worker)
            self._idle.append(worker)


def _request(program: str, limits: Limits) -> dict[str, Any]:
    return {
        "program": program,
        "timeout_s": limits.timeout_s,
        "memory_bytes": limits.memory_bytes,
        "output_bytes": limits.output_bytes,
        "recursion_depth": limits.recursion_depth,
    }


def _check(limits: Limits) -> None:
    for name in ("timeout_s", "memory_bytes", "output_bytes", "recursion_depth"):
        value = getattr(limits, name)
        if not 0 < value < float("inf"):
            raise UsageError(f"sandbox limit {name}={value} must be positive and finite")
