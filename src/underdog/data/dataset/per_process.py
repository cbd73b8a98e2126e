"""Objects opened once per process and then reused: forms, checkers, and one sandbox."""

from functools import cache

from underdog.core import BatchSandbox, Checker, Form


@cache
def open_form(name: str) -> Form:
    """The form with a name."""
    from underdog.forms import forms

    return forms.create(name)


@cache
def open_checker(spec: str) -> Checker:
    """The checker of a spec; a checker that runs programs uses `process_sandbox`."""
    from underdog.tasks.shared_sandbox import make_checker

    return make_checker(spec, None)


@cache
def process_sandbox() -> BatchSandbox:
    """The sandbox of this process, opened on first use; its workers end with the process."""
    from underdog.sandbox.late import LateSandbox

    return LateSandbox("auto")
