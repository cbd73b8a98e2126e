"""The seam to places where model-written programs may run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

SandboxStatus: TypeAlias = Literal[
    "ok", "error", "timeout", "memory", "output", "unsupported", "crashed"
]


@dataclass(frozen=True, slots=True)
class Limits:
    """Resource limits of one program.

    Attributes:
        timeout_s: Wall-clock seconds.
        memory_bytes: Heap size.
        output_bytes: Size of the printed text as UTF-8.
        recursion_depth: Nested calls.
    """

    timeout_s: float = 3.0
    memory_bytes: int = 256 * 1024 * 1024
    output_bytes: int = 64 * 1024
    recursion_depth: int = 1000


@dataclass(frozen=True, slots=True)
class SandboxResult:
    """Status and output of one program's run.

    Attributes:
        status: `ok`; `error` (the program raised); the limit that it hit; `unsupported` (this
            sandbox cannot run such a program, which says nothing about the program); `crashed`
            (the worker died).
        stdout: Printed text, cut at the output limit.
        value: Repr-like text of the value of the program's last expression, when there is one.
        error: Exception type and message; empty when the program ended well.
        sandbox: Name of the sandbox that ran the program.
        seconds: Wall-clock seconds of the run.
    """

    status: SandboxStatus
    stdout: str = ""
    value: str | None = None
    error: str = ""
    sandbox: str = ""
    seconds: float = 0.0


class Sandbox(Protocol):
    """Runs hostile programs. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """Registered name, such as `monty`."""
        ...

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        """Run one program in a fresh state. No behaviour of the program raises here."""
        ...

    def close(self) -> None:
        """End all workers. May be called twice."""
        ...


@runtime_checkable
class BatchSandbox(Sandbox, Protocol):
    """A sandbox that takes many programs at once, at less cost for each."""

    def run_many(
        self, programs: Sequence[str], limits: Limits = Limits()
    ) -> Sequence[SandboxResult]:
        """Run programs, each in a fresh state under its own limits; results in the same order.

        A program that hangs or kills its worker costs only its own result.
        """
        ...
