r"""Places where model-written programs may run, one file per kind.

Model-written code is hostile: it runs in a process of its own, under hard limits, and never in
this one. `open_sandbox` gives a working sandbox or says what is missing; there is no fallback to
running without one.

    >>> from underdog.sandbox import open_sandbox
    >>> with open_sandbox("monty") as sandbox:
    ...     sandbox.run("print(round(2.675, 2))").stdout
    '2.67\n'
"""

from underdog.core import Sandbox
from underdog.registry import Registry

sandboxes: Registry[Sandbox] = Registry("sandbox", "underdog.sandbox")

from underdog.sandbox.probing import OpenSandbox, SandboxReport, open_sandbox, probe  # noqa: E402

__all__ = ["OpenSandbox", "SandboxReport", "open_sandbox", "probe", "sandboxes"]
