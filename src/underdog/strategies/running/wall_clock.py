"""Sharing the wall clock among calls in flight, so that their seconds never add up to more.

While rows are in flight, the clock's time is divided equally among them. One number is kept: the
seconds that each row in flight since the beginning would have been given; a call's share is its
growth between start and end.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class CallTimes:
    """Times of one call, known when it has ended.

    Attributes:
        latency_s: Seconds from start to end.
        share_s: Share of the wall clock of each of its rows, in seconds.
    """

    latency_s: float = 0.0
    share_s: float = 0.0


class WallClock:
    """The wall clock, shared among the rows in flight.

    Args:
        now: Gives seconds from any origin; only differences are used.

    Example:
        >>> clock = WallClock(iter([0.0, 4.0]).__next__)
        >>> with clock.timing(rows=2) as measured:
        ...     pass
        >>> measured.latency_s, measured.share_s
        (4.0, 2.0)
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._rows = 0
        self._given_s = 0.0
        self._last_s = 0.0

    @contextmanager
    def timing(self, rows: int) -> Generator[CallTimes]:
        """Time a call with so many rows; the result is filled in at the end."""
        measured = CallTimes()
        started_s = self._turn(rows)
        before_s = self._given_s
        try:
            yield measured
        finally:
            measured.latency_s = self._turn(-rows) - started_s
            measured.share_s = self._given_s - before_s

    def _turn(self, rows: int) -> float:
        """Divide the time since the last turn, then let rows enter or leave; gives the time."""
        now_s = self._now()
        if self._rows:
            self._given_s += (now_s - self._last_s) / self._rows
        self._last_s = now_s
        self._rows += rows
        return now_s
