"""Calls run in worker processes; results are taken in the order of the requests.

With one worker the work runs in the calling process, when its result is taken. Processes are
spawned, so that they inherit no threads or locks; they ignore Ctrl-C, which the calling process
handles.
"""

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar

from underdog.errors import UnderdogError, UsageError


class Shared(Protocol):
    """A large object that every worker process holds once, such as an index of test sets."""

    def sent(self) -> Callable[[], Self]:
        """A function that gives a worker process its copy; cheap to pickle if possible."""
        ...


P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound=Shared)

_KILLED = (
    "a worker process was killed, perhaps for want of memory; the same command resumes, with "
    "fewer --workers if need be"
)


@dataclass(frozen=True, slots=True)
class Pending(Generic[R]):
    """A result that a worker process computes, or that `take` computes.

    Attributes:
        take: Waits for the result and returns it; raises `UnderdogError` if its process was killed.
    """

    take: Callable[[], R]


class Workers(Generic[S]):
    """Worker processes, or the calling process.

    Args:
        count: Number of processes; 1 is the calling process.
        shared: Object for `ask_sharing`, such as an index of test sets; sent to each process once.
    """

    def __init__(self, count: int = 1, shared: S | None = None) -> None:
        if count < 1:
            raise UsageError(f"at least 1 worker is needed, got workers={count}")
        self.count = count
        self.shared = shared
        self._pool: ProcessPoolExecutor | None = None

    def ask(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Pending[R]:
        """Request a call; with several workers, function and arguments must be picklable."""
        if self.count == 1:
            return Pending(partial(work, *args, **kwargs))
        return self._submitted(work, *args, **kwargs)

    def ask_sharing(
        self,
        work: Callable[Concatenate[S | None, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Pending[R]:
        """Request a call with the shared object as its first argument."""
        if self.count == 1:
            return Pending(partial(work, self.shared, *args, **kwargs))
        return self._submitted(_sharing, work, args, kwargs)

    def _submitted(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Pending[R]:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            sent = None if self.shared is None else self.shared.sent()
            self._pool = ProcessPoolExecutor(self.count, context, _begin, (sent,))
        try:
            return Pending(partial(_result, self._pool.submit(work, *args, **kwargs)))
        except BrokenProcessPool as error:
            raise UnderdogError(_KILLED) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _result(future: "Future[R]") -> R:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise UnderdogError(_KILLED) from error


_SENT: list[Any] = []
"""In a worker process, the shared object; empty before it arrives."""


def _begin(sent: Callable[[], Any] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _SENT[:] = [None if sent is None else sent()]


def _sharing(work: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    return work(*_SENT, *args, **kwargs)
