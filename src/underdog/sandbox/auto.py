"""`auto`: Monty first, the jail for the programs that Monty does not support.

Only programs that end as `unsupported` in Monty run again in the jail. Where there is no jail,
`unsupported` stays the status: neither right nor wrong, and counted apart.
"""

from collections.abc import Sequence

from underdog.core import Limits, Sandbox, SandboxResult
from underdog.errors import SandboxError
from underdog.sandbox import sandboxes
from underdog.sandbox.late import LateSandbox
from underdog.sandbox.monty import MontySandbox


@sandboxes.register("auto")
class AutoSandbox:
    """Monty, and the jail for what Monty does not support.

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
        if result.status != "unsupported":
            return result
        jail = self._open_jail()
        return result if jail is None else jail.run(program, limits)

    def run_many(
        self, programs: Sequence[str], limits: Limits = Limits()
    ) -> Sequence[SandboxResult]:
        """Run programs, each in a fresh state, several to a message in Monty."""
        results = list(self._monty.run_many(programs, limits))
        for place, result in enumerate(results):
            if result.status == "unsupported" and (jail := self._open_jail()) is not None:
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
