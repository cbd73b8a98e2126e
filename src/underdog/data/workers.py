"""Work spread over processes, results taken in the order of asking.

With one worker the work is done here, when its result is taken. Processes are started afresh
(spawned), so that nothing of this one's threads or locks is inherited; they ignore Ctrl-C, which
is this process's to answer.
"""

import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Generic, ParamSpec, Self, TypeVar

from underdog.errors import UnderdogError, UsageError

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Pending(Generic[R]):
    """A result that is being worked on, or will be when it is taken."""

    source: "Future[R] | Callable[[], R]"

    def take(self) -> R:
        """The result; waits for it.

        Raises:
            UnderdogError: A worker process was killed.
        """
        if not isinstance(self.source, Future):
            return self.source()
        try:
            return self.source.result()
        except BrokenProcessPool as error:
            raise UnderdogError(
                "a worker process was killed, perhaps for want of memory; the same command "
                "resumes, with fewer --workers if need be"
            ) from error


class Workers:
    """A few processes, or this one.

    Args:
        count: Processes; 1 works in this process.
    """

    def __init__(self, count: int = 1) -> None:
        if count < 1:
            raise UsageError(f"at least 1 worker is needed, got workers={count}")
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def ask(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Pending[R]:
        """Ask for work; the function and its arguments must be picklable with several workers."""
        if self.count == 1:
            return Pending(partial(work, *args, **kwargs))
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.count, context, _begin)
        try:
            return Pending(self._pool.submit(work, *args, **kwargs))
        except BrokenProcessPool as error:
            raise UnderdogError("a worker process was killed; the same command resumes") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
