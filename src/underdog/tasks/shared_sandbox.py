"""The process's own sandbox, for checkers that run programs and were given no other.

It starts with the first graded program, so that listing or reading a code task starts no worker.
Its workers end with the process.

The jail (CPython) comes first: code benchmarks are defined by what CPython does, and some of their
tests rest on details such as the order of a set that other interpreters need not share. Where no
jail can be set up, the default sandbox is used.
"""

import inspect
from functools import cache

from underdog.core import Checker, Sandbox
from underdog.registry import parse_spec


@cache
def shared_sandbox() -> Sandbox:
    """The process's one sandbox for grading; it starts with the first program."""
    from underdog.sandbox.late import LateSandbox

    return LateSandbox("jail", "auto")


def make_checker(spec: str, sandbox: Sandbox | None) -> Checker:
    """The checker of a spec such as `numeric`.

    Args:
        spec: Checker name with parameters.
        sandbox: Sandbox for a checker that runs programs; the process's own when `None`.

    Raises:
        UnknownNameError: No such checker or parameter.
        ConfigError: The spec is malformed, or a parameter has a refused value.
    """
    from underdog.grading import checkers

    factory = checkers.get(parse_spec(spec)[0])
    takes_one = "sandbox" in inspect.signature(factory).parameters
    return checkers.create(spec, sandbox=(sandbox or shared_sandbox()) if takes_one else None)
