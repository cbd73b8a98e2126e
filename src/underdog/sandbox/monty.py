"""`monty`: the default sandbox, a Python interpreter that has no way to the machine.

Not CPython: Monty (pydantic-monty, written in Rust) implements most of the language and parts of
the standard library, and no access to files, network or processes. It starts a fresh state in a
fraction of a millisecond.

Its answers are CPython's because it is given only programs for which that is known
(`_subset`): calculations, loops, functions, text, lists, dicts with constant keys, `math`.
All others end as `unsupported` before they run, which says nothing about them; so does an error
that could be a gap of Monty's. With `subset=false` Monty runs what it can, at the risk of other
results:
a set keeps the order of insertion, a generator expression is computed at once and can be read
twice, `sleep` returns at once, `math.gamma`, `math.erf` and `math.cbrt` differ in the last digits,
and a program that asks for what Monty lacks (`hasattr`, `except ImportError`) goes another way.
"""

import functools
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
        subset: Run only programs whose results are known to be CPython's.

    Raises:
        SandboxError: pydantic-monty cannot be started.
    """

    def __init__(self, workers: int = 1, subset: bool = True) -> None:
        self._subset = subset
        start = functools.partial(_start_worker, subset)
        self._pool = SandboxPool(self.name, start, workers, _MAX_PROGRAMS)

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
        what = "" if self._subset else ", with results that may differ from CPython's"
        return f"pydantic-monty in worker processes{what}"


def _start_worker(subset: bool) -> Worker:
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return Worker(python_command(f"{__package__}._monty_worker"), {"subset": subset}, environment)
