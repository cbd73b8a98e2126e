"""`monty`: the default sandbox, a Python interpreter that has no way to the machine.

Not CPython: Monty (pydantic-monty, written in Rust) implements most of the language and parts of
the standard library, and no access to files, network or processes. It starts a fresh state in a
fraction of a millisecond. Missing parts end as `unsupported`, which says nothing about the program.

Differences that stay: a set keeps the order of insertion where CPython's order is by hash, a
generator expression is computed at once, `sleep` returns at once, a float with two shortest texts
may be printed as the other one (one in ten thousand, the same number either way), and `math.gamma`
and `math.erf` differ in the last digits. A program that needs one of these belongs in the `jail`.
"""

import os
from collections.abc import Sequence
from typing import Final

from underdog.child_process import python_command
from underdog.core import Limits, SandboxResult
from underdog.sandbox import sandboxes
from underdog.sandbox._pool import SandboxPool
from underdog.sandbox._worker import Worker

_MAX_PROGRAMS: Final = 100_000
_KEPT_VARIABLES: Final = ("PATH", "MONTY_BIN", "SYSTEMROOT", "LD_LIBRARY_PATH")


@sandboxes.register("monty")
class MontySandbox:
    """A Python interpreter without files, network or processes; fast, misses some modules.

    Args:
        workers: Worker processes.

    Raises:
        SandboxError: pydantic-monty cannot be started.
    """

    def __init__(self, workers: int = 1) -> None:
        self._pool = SandboxPool(self.name, _start_worker, workers, _MAX_PROGRAMS)

    @property
    def name(self) -> str:
        """`monty`."""
        return "monty"

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        """Run one program in a fresh state. No behaviour of the program raises here."""
        return self._pool.run(program, limits)

    def run_many(
        self, programs: Sequence[str], limits: Limits = Limits()
    ) -> Sequence[SandboxResult]:
        """Run programs, each in a fresh state, several to a message."""
        return self._pool.run_many(programs, limits)

    def close(self) -> None:
        """End all workers. May be called twice."""
        self._pool.close()

    def __str__(self) -> str:
        return "pydantic-monty in worker processes"


def _start_worker() -> Worker:
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return Worker(python_command(f"{__package__}._monty_worker"), {}, environment)
