"""`jail`: CPython itself behind walls, for programs that must be exact or need sympy.

There are two walls: `bubblewrap` (namespaces) and, where user namespaces are blocked, `landlock`.
Both come with a seccomp filter, an empty environment and hard resource limits. Linux only. If
neither can be set up, there is no jail: no program ever runs without a wall. One fork per program
costs milliseconds, some twenty times the price of `monty`.
"""

import functools
import shutil
import sys
from typing import Final

from underdog.core import Limits, SandboxResult
from underdog.errors import SandboxError, UsageError
from underdog.sandbox import _walls, sandboxes
from underdog.sandbox._jailed.lockdown import landlock_abi
from underdog.sandbox._pool import SandboxPool
from underdog.sandbox._seccomp import compile_filter
from underdog.sandbox._worker import Worker

_MAX_PROGRAMS: Final = 10_000
WALLS: Final = ("bubblewrap", "landlock")


@sandboxes.register("jail")
class JailSandbox:
    """CPython behind namespaces or landlock, and seccomp; exact, has sympy, Linux only.

    Args:
        workers: Fork servers, which is how many programs run at once.
        wall: `bubblewrap`, `landlock`, or `auto` for the first that works here.

    Raises:
        UsageError: No such wall.
        SandboxError: No wall can be set up here; says what is missing and how to get it.
    """

    def __init__(self, workers: int = 1, wall: str = "auto") -> None:
        if wall not in (*WALLS, "auto"):
            raise UsageError(f"no such wall: {wall!r}; choose {', '.join(WALLS)} or auto")
        self._refusals: list[str] = []
        for name in WALLS if wall == "auto" else (wall,):
            try:
                start = _starter(name)
                self._pool = SandboxPool(self.name, start, workers, _MAX_PROGRAMS)
            except SandboxError as error:
                self._refusals.append(f"{name}: {error}")
            else:
                self.wall = name
                return
        raise SandboxError("no jail can be set up; " + "; ".join(self._refusals))

    @property
    def name(self) -> str:
        """`jail`."""
        return "jail"

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        """Run one program in a fresh state. No behaviour of the program raises here."""
        return self._pool.run(program, limits)

    def close(self) -> None:
        """End all workers. May be called twice."""
        self._pool.close()

    def __str__(self) -> str:
        missing = f" ({'; '.join(self._refusals)})" if self._refusals else ""
        sympy = "with" if _walls.find_interpreter().packages else "without"
        return f"CPython behind {self.wall} and seccomp, {sympy} sympy{missing}"


def _starter(wall: str) -> functools.partial[Worker]:
    if sys.platform != "linux":
        raise SandboxError(f"needs Linux, this is {sys.platform}; use sandbox 'monty'")
    interpreter = _walls.find_interpreter()
    if wall == "bubblewrap":
        if shutil.which("bwrap") is None:
            raise SandboxError("bwrap is not installed; run: apt-get install bubblewrap")
        command = _walls.bubblewrap_command(interpreter)
    else:
        if landlock_abi() < 1:
            raise SandboxError("this kernel has no landlock, which needs Linux 5.13 or later")
        command = _walls.landlock_command(interpreter)
    hello = _walls.hello(wall, interpreter, compile_filter())
    return functools.partial(Worker, command, hello, _walls.ENVIRONMENT)
