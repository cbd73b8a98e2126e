"""A sandbox that starts with its first program, since many commands never run a program."""

import threading
from collections.abc import Sequence
from typing import Self

from underdog.core import Limits, SandboxResult
from underdog.errors import SandboxError
from underdog.registry import parse_spec
from underdog.sandbox import sandboxes
from underdog.sandbox.probing import OpenSandbox, open_sandbox


class LateSandbox:
    """The first sandbox of a list that works here; safe to use from several threads.

    Args:
        specs: Registered names, with parameters if wanted, in order of preference: a name is
            tried only when the sandboxes before it cannot be set up.
        workers: Worker processes, which is how many programs run at once.

    Raises:
        UnknownNameError: No such sandbox.
    """

    def __init__(self, *specs: str, workers: int = 1) -> None:
        self._specs, self._workers = specs, workers
        self._names = [parse_spec(spec)[0] for spec in specs]
        for name in self._names:
            sandboxes.get(name)
        self._lock = threading.Lock()
        self._sandbox: OpenSandbox | None = None
        self._refusal = ""

    @property
    def name(self) -> str:
        """Registered name of the preferred sandbox."""
        return self._names[0]

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        """Run one program in a fresh state. Raises what `opened` raises."""
        return self.opened().run(program, limits)

    def run_many(
        self, programs: Sequence[str], limits: Limits = Limits()
    ) -> Sequence[SandboxResult]:
        """Run programs, each in a fresh state. Raises what `opened` raises."""
        return self.opened().run_many(programs, limits) if programs else []

    def opened(self) -> OpenSandbox:
        """The sandbox, started at the first call.

        Raises:
            SandboxError: No sandbox of the list works here (tried once, the same error after
                that), or this one was closed.
        """
        with self._lock:
            if self._sandbox is None:
                self._sandbox = self._start()
            return self._sandbox

    def close(self) -> None:
        """End the workers; no program runs afterwards. May be called twice."""
        with self._lock:
            self._refusal = f"sandbox {self.name!r} is closed; open a new one"
            if self._sandbox is not None:
                self._sandbox.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> OpenSandbox:
        for spec in () if self._refusal else self._specs:
            try:
                return open_sandbox(spec, self._workers)
            except SandboxError as error:
                self._refusal = str(error)
        raise SandboxError(self._refusal)
