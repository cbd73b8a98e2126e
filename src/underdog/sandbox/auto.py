"""`auto`: Monty first, the jail for whatever Monty does not decide.

Programs run again in the jail that end in Monty as `unsupported`, or at a limit of time or memory:
CPython is faster at some things and smaller at others. What the jail cannot do either stays
`unsupported`: neither right nor wrong, and counted apart. Where there is no jail, Monty's word
stays.
"""

from collections.abc import Sequence
from typing import Final

from underdog.core import Limits, Sandbox, SandboxResult
from underdog.errors import SandboxError
from underdog.sandbox import sandboxes
from underdog.sandbox.late import LateSandbox
from underdog.sandbox.monty import MontySandbox

_UNDECIDED: Final = ("unsupported", "timeout", "memory", "crashed")


@sandboxes.register("auto")
class AutoSandbox:
    """Monty, and the jail for what Monty does not decide.

    Args:
        workers: Worker processes of each kind; the jail's start when first needed.

    Raises:
        SandboxError: Monty cannot be started.
    """

    def __init__(self, workers: int = 1) -> None:
        self._monty = MontySandbox(workers)
        self._jail = LateSandbox("jail", workers=workers)

    @property
    def name(self) -> str:
        """`auto`."""
        return "auto"

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        """Run one program in a fresh state. No behaviour of the program raises here."""
        result = self._monty.run(program, limits)
        if result.status not in _UNDECIDED:
            return result
        jail = self._open_jail()
        return result if jail is None else jail.run(program, limits)

    def run_many(
        self, programs: Sequence[str], limits: Limits = Limits()
    ) -> Sequence[SandboxResult]:
        """Run programs, each in a fresh state, several to a message in Monty."""
        results = list(self._monty.run_many(programs, limits))
        for place, result in enumerate(results):
            if result.status in _UNDECIDED and (jail := self._open_jail()) is not None:
                results[place] = jail.run(programs[place], limits)
        return results

    def close(self) -> None:
        """End all workers. May be called twice."""
        self._monty.close()
        self._jail.close()

    def __str__(self) -> str:
        try:
            return f"{self._monty}; then {self._jail.opened()}"
        except SandboxError as error:
            return f"{self._monty}; {error}"

    def _open_jail(self) -> Sandbox | None:
        try:
            return self._jail.opened()
        except SandboxError:
            return None
