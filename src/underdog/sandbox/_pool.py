"""A pool of worker processes shared by many threads; a lost worker is replaced at its next turn.

Workers start when first needed. A worker is replaced by a fresh one after `max_programs` programs.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any, Final

from underdog.child_process import ChildLostError
from underdog.core import Limits, SandboxResult
from underdog.errors import SandboxError, UsageError
from underdog.sandbox._jailed.frames import PATIENCE_S
from underdog.sandbox._worker import Worker

MAX_PROGRAM_BYTES: Final = 1 << 20
BACKSTOP_S: Final = 1.5
_MAX_ANSWER_OVERHEAD_BYTES: Final = 1 << 16
_JSON_GROWTH: Final = 6
_BATCH: Final = 64
_BATCH_CHARS: Final = 1 << 19


class SandboxPool:
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
        self._workers = workers
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
        if (refused := self._refused(program)) is not None:
            return refused
        started = time.monotonic()
        try:
            answer = self._ask({"program": program, **_request(limits)}, limits, 0.0)
        except ChildLostError as error:
            return SandboxResult(
                "timeout" if error.hung else "crashed",
                error=str(error),
                sandbox=self._name,
                seconds=time.monotonic() - started,
            )
        return self._result(answer)

    def run_many(self, programs: Sequence[str], limits: Limits) -> list[SandboxResult]:
        """Run programs on all workers, several to a message; for workers with batches (Monty).

        Raises:
            UsageError: A limit is not positive.
            SandboxError: The pool is closed, or a worker cannot be started.
        """
        _check(limits)
        batches = list(_batches(programs))
        if min(self._workers, len(batches)) <= 1:
            return list(chain.from_iterable(self._batch(batch, limits) for batch in batches))
        with ThreadPoolExecutor(self._workers) as threads:
            each = threads.map(self._batch, batches, [limits] * len(batches))
            return list(chain.from_iterable(each))

    def _batch(self, programs: Sequence[str], limits: Limits) -> list[SandboxResult]:
        """Results of one message's programs; a worker may answer the first, then gets the rest.

        When a worker is lost, the guilty program is not known: the programs are then run one by one
        up to the one that loses a worker again.
        """
        results: list[SandboxResult] = []
        alone = False
        while len(results) < len(programs):
            left = programs[len(results) :]
            if alone or self._refused(left[0]) is not None:
                results.append(self.run(left[0], limits))
                alone = alone and results[-1].status not in ("crashed", "timeout")
                continue
            fit = next((n for n, one in enumerate(left) if self._refused(one)), len(left))
            try:
                request = {"programs": left[:fit], **_request(limits)}
                answer = self._ask(request, limits, PATIENCE_S)
            except ChildLostError:
                alone = True
            else:
                results += [self._result(one) for one in answer["answers"]]
        return results

    def _ask(self, request: Mapping[str, Any], limits: Limits, patience_s: float) -> dict[str, Any]:
        """Answer of the next free worker to a request; a worker that gives none is dropped."""
        with self._turns:
            worker = self._take()
            try:
                answer = worker.ask(
                    request,
                    limits.timeout_s + BACKSTOP_S + patience_s,
                    limits.output_bytes * _JSON_GROWTH * 2 + _MAX_ANSWER_OVERHEAD_BYTES,
                )
            except ChildLostError:
                self._drop(worker)
                self._refuse_if_closed()
                raise
            except BaseException:
                self._drop(worker)
                raise
            worker.served += len(request.get("programs", "?")) - 1
            self._give_back(worker, retire=bool(answer.get("retire")))
        return answer

    def _refused(self, program: str) -> SandboxResult | None:
        size = len(program)
        if size <= MAX_PROGRAM_BYTES:
            return None
        error = f"ValueError: program of {size} characters exceeds {MAX_PROGRAM_BYTES}"
        return SandboxResult("error", error=error, sandbox=self._name)

    def _result(self, answer: Mapping[str, Any]) -> SandboxResult:
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
            worker.end()

    def _take(self) -> Worker:
        with self._lock:
            self._refuse_if_closed()
            worker = self._idle.pop() if self._idle else None
            if worker is not None and worker.alive:
                self._busy.add(worker)
                return worker
        if worker is not None:
            worker.end()
        fresh = self._start()
        with self._lock:
            if self._closed:
                fresh.end()
            self._refuse_if_closed()
            self._busy.add(fresh)
        return fresh

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise SandboxError(f"sandbox {self._name!r} is closed; open a new one")

    def _drop(self, worker: Worker) -> None:
        with self._lock:
            self._busy.discard(worker)
        worker.end()

    def _give_back(self, worker: Worker, retire: bool) -> None:
        if retire or self._closed or worker.served >= self._max_programs:
            self._drop(worker)
            return
        with self._lock:
            self._busy.discard(worker)
            self._idle.append(worker)


def _batches(programs: Sequence[str]) -> Iterator[Sequence[str]]:
    """Slices of neighbouring programs, each small enough for one message."""
    start, chars = 0, 0
    for place, program in enumerate(programs):
        if place > start and (place - start == _BATCH or chars + len(program) > _BATCH_CHARS):
            yield programs[start:place]
            start, chars = place, 0
        chars += len(program)
    if start < len(programs):
        yield programs[start:]


def _request(limits: Limits) -> dict[str, Any]:
    return {
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
