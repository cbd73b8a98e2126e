"""The sandbox that tasks grade programs in when given none: one per process, started late.

Only checkers that run programs take one, and only their first grade starts it, so that listing or
reading a code task starts no worker. Its workers end with the process.

The jail (CPython) comes first: code benchmarks are defined by what CPython does, and some of their
tests rest on details such as the order of a set that other interpreters need not share. Where no
jail can be set up, the default sandbox is used.
"""

import atexit
import inspect
import threading

from underdog.core import Checker, Limits, Sandbox, SandboxResult
from underdog.errors import SandboxError
from underdog.registry import parse_spec


class SharedSandbox:
    """A sandbox opened on first use, shared by all tasks of the process."""

    name = "shared"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inner: Sandbox | None = None

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        """Run one program in a fresh state.

        Raises:
            SandboxError: No sandbox works here; says what is missing.
        """
        with self._lock:
            if self._inner is None:
                self._inner = _open()
                atexit.register(self.close)
            inner = self._inner
        return inner.run(program, limits)

    def close(self) -> None:
        """End the workers; the next run starts new ones. May be called twice."""
        with self._lock:
            inner, self._inner = self._inner, None
        if inner is not None:
            atexit.unregister(self.close)
            inner.close()


def _open() -> Sandbox:
    from underdog.sandbox import open_sandbox

    try:
        return open_sandbox("jail")
    except SandboxError:
        return open_sandbox()


SHARED = SharedSandbox()


def make_checker(spec: str, sandbox: Sandbox | None) -> Checker:
    """A checker with the given sandbox, or the shared one where it takes one.

    Raises:
        UnknownNameError: No such checker or parameter.
        ConfigError: The spec is malformed, or a parameter has a refused value.
    """
    from underdog.grading import checkers

    factory = checkers.get(parse_spec(spec)[0])
    takes_one = "sandbox" in inspect.signature(factory).parameters
    return checkers.create(spec, sandbox=(sandbox or SHARED) if takes_one else None)
