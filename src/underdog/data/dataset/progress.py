"""Progress of writing a data set."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WriteProgress:
    """Progress of writing a data set, in the writer's unit: problems, rows or tokens.

    Attributes:
        done: Units written, by earlier runs too.
        total: Units wanted.
        resumed: Units that earlier runs had written.
        per_second: Units per second in this run; 0 before its first shard.
        eta_s: Seconds left at this rate; 0 when not known.
    """

    done: int
    total: int
    resumed: int
    per_second: float
    eta_s: float

    @classmethod
    def at(cls, done: int, total: int, resumed: int, seconds: float) -> "WriteProgress":
        """Progress after `seconds` seconds of this run.

        Example:
            >>> WriteProgress.at(done=30, total=70, resumed=10, seconds=2.0).eta_s
            4.0
        """
        rate = (done - resumed) / seconds if seconds > 0 else 0.0
        left = max(0, total - done)
        return cls(done, total, resumed, rate, left / rate if rate > 0 else 0.0)


class ProgressClock:
    """Reports the progress of one run: once when made, then at every call.

    Args:
        report: Called with the progress.
        done: Units written before the run.
        total: Units wanted.
    """

    def __init__(self, report: Callable[[WriteProgress], object], done: int, total: int) -> None:
        self._report = report
        self._resumed = done
        self._total = total
        self._began = time.perf_counter()
        self(done)

    def __call__(self, done: int) -> None:
        """Report that `done` units are written."""
        seconds = time.perf_counter() - self._began
        self._report(WriteProgress.at(done, self._total, self._resumed, seconds))
