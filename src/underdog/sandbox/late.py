"""A sandbox whose workers start with the first program; most questions need none."""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from underdog.core import Limits, SandboxResult
from underdog.registry import parse_spec

if TYPE_CHECKING:
    from underdog.sandbox import OpenSandbox


class LateSandbox:
    """A sandbox whose workers start with the first program; most questions need none.

    Args:
        spec: Registered name, with parameters if wanted.

    Raises:
        UnknownNameError: No such sandbox.
    """

    def __init__(self, spec: str) -> None:
        from underdog.sandbox import sandboxes

        self._spec = spec
        self._name, _ = parse_spec(spec)
        sandboxes.get(self._name)
        self._lock = threading.Lock()
        self._opened: OpenSandbox | None = None

    @property
    def name(self) -> str:
        """Registered name."""
        return self._name

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        """Run one program in a fresh state. Never raises for what the program does."""
        return self._inner().run(program, limits)

    def run_many(
        self, programs: Sequence[str], limits: Limits = Limits()
    ) -> Sequence[SandboxResult]:
        """Run programs, each in a fresh state."""
        return self._inner().run_many(programs, limits)

    def close(self) -> None:
        """End the workers, if any. May be called twice."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _inner(self) -> "OpenSandbox":
        from underdog.sandbox import open_sandbox

        with self._lock:
            if self._opened is None:
                self._opened = open_sandbox(self._spec)
            return self._opened
