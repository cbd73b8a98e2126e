"""Sandboxes under test, found through the registry and started once."""

from collections.abc import Iterator

import psutil
import pytest

from underdog.errors import SandboxError
from underdog.sandbox import OpenSandbox, open_sandbox, sandboxes

CANARY = "underdog-canary-5f1d"


OPEN_MONTY = "monty:subset=false"
SPECS = [*sandboxes.names(), "jail:wall=landlock", OPEN_MONTY]
"""Every registered sandbox, the jail behind its second wall, Monty without its subset."""


@pytest.fixture(scope="session")
def opened() -> Iterator[dict[str, OpenSandbox | str]]:
    """Sandboxes that are open, or why they cannot be, by spec."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNDERDOG_CANARY", CANARY)
        found: dict[str, OpenSandbox | str] = {}
        yield found
        for sandbox in found.values():
            if isinstance(sandbox, OpenSandbox):
                sandbox.close()


def obtain(opened: dict[str, OpenSandbox | str], spec: str) -> OpenSandbox:
    """The open sandbox; skips the test with the reason where it cannot be."""
    if spec not in opened:
        try:
            opened[spec] = open_sandbox(spec)
        except SandboxError as error:
            opened[spec] = str(error)
    sandbox = opened[spec]
    if isinstance(sandbox, str):
        pytest.skip(sandbox)
    return sandbox


@pytest.fixture(params=SPECS)
def sandbox(request: pytest.FixtureRequest, opened: dict[str, OpenSandbox | str]) -> OpenSandbox:
    """Every sandbox that works on this machine."""
    return obtain(opened, request.param)


@pytest.fixture
def monty(opened: dict[str, OpenSandbox | str]) -> OpenSandbox:
    """Monty."""
    return obtain(opened, "monty")


@pytest.fixture
def open_monty(opened: dict[str, OpenSandbox | str]) -> OpenSandbox:
    """Monty, running whatever it can."""
    return obtain(opened, OPEN_MONTY)


@pytest.fixture
def jail(opened: dict[str, OpenSandbox | str]) -> OpenSandbox:
    """The jail, where there is one."""
    return obtain(opened, "jail")


def processes_under(pid: int) -> set[int]:
    """A process's descendants."""
    return {child.pid for child in psutil.Process(pid).children(recursive=True)}
