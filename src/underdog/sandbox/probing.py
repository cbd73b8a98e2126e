"""Opening a sandbox by name, and trying which sandboxes work on this machine."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from underdog.core import BatchSandbox, Limits, Sandbox, SandboxResult
from underdog.errors import UnderdogError


class OpenSandbox:
    """A sandbox as a context manager: leaving the block ends its workers.

    Args:
        inner: Any sandbox.
    """

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """Registered name of the sandbox inside."""
        return self._inner.name

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        """Run one program in a fresh state. No behaviour of the program raises here."""
        return self._inner.run(program, limits)

    def run_many(
        self, programs: Sequence[str], limits: Limits = Limits()
    ) -> Sequence[SandboxResult]:
        """Run programs, each in a fresh state; one by one in a sandbox without batches."""
        if isinstance(self._inner, BatchSandbox):
            return self._inner.run_many(programs, limits)
        return [self._inner.run(program, limits) for program in programs]

    def close(self) -> None:
        """End all workers. May be called twice."""
        self._inner.close()

    def __str__(self) -> str:
        return str(self._inner)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_sandbox(name: str = "auto", workers: int = 1) -> OpenSandbox:
    """Start a sandbox.

    Args:
        name: Registered name or spec: `auto`, `monty`, `jail`, `jail:wall=landlock`.
        workers: Worker processes, which is how many programs run at once.

    Raises:
        UnknownNameError: No such sandbox.
        SandboxError: The sandbox does not work here; says what is missing and how to get it.
    """
    from underdog.sandbox import sandboxes

    return OpenSandbox(sandboxes.create(name, workers=workers))


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """Whether one sandbox works on this machine.

    Attributes:
        name: Registered name.
        available: Whether a trial program ran in it.
        detail: The sandbox's description, or the missing part and how to get it.
    """

    name: str
    available: bool
    detail: str


def probe() -> list[SandboxReport]:
    """Reports on all registered sandboxes, each tried with one small program."""
    from underdog.sandbox import sandboxes

    return [_try(name) for name in sandboxes.names()]


def _try(name: str) -> SandboxReport:
    try:
        with contextlib.closing(open_sandbox(name)) as sandbox:
            result = sandbox.run("print(6 * 7)")
            if (result.status, result.stdout) == ("ok", "42\n"):
                return SandboxReport(name, True, str(sandbox))
            return SandboxReport(name, False, f"trial ended as {result.status}: {result.error}")
    except UnderdogError as error:
        return SandboxReport(name, False, str(error))
