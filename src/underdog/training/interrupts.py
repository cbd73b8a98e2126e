"""Ctrl-C and SIGTERM between steps: the step in hand is finished and kept first."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import TypeAlias

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_Handler: TypeAlias = Callable[[int, FrameType | None], object]


class HeldBack:
    """The first signal that came, which waits; a second one is not held back."""

    def __init__(self) -> None:
        self._before: dict[int, _Handler] = {}
        self._came: int | None = None

    @property
    def asked(self) -> bool:
        """Whether a signal waits."""
        return self._came is not None

    def let_go(self) -> None:
        """Let the waiting signal take effect: it raises what it would have raised."""
        if self._came is not None:
            came, self._came = self._came, None
            self._before[came](came, None)

    @contextmanager
    def released(self) -> Generator[None]:
        """Let signals take effect at once inside the block: nothing in it need be finished."""
        self.remove()
        try:
            yield
        finally:
            self.install()

    def install(self) -> None:
        """Take the place of the handlers that are functions; only in the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if callable(handler):
                self._before[number] = handler
                signal.signal(number, self._on_signal)

    def remove(self) -> None:
        """Put the handlers back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._came is not None:
            self._before[number](number, frame)
        self._came = number


@contextmanager
def held_back() -> Generator[HeldBack]:
    """Hold the first Ctrl-C or SIGTERM back until `let_go`, or until the block ends."""
    waiting = HeldBack()
    waiting.install()
    try:
        yield waiting
    finally:
        waiting.remove()
