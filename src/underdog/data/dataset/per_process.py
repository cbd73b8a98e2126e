"""What one process opens once and keeps: forms, checkers, and a sandbox that starts when needed."""

from functools import cache

from underdog.core import BatchSandbox, Checker, Form


@cache
def open_form(name: str) -> Form:
    """The form of a name."""
    from underdog.forms import forms

    return forms.create(name)


@cache
def open_checker(spec: str) -> Checker:
    """The checker of a spec; one that runs programs shares this process's sandbox."""
    from underdog.tasks.shared_sandbox import make_checker

    return make_checker(spec, None)


@cache
def process_sandbox() -> BatchSandbox:
    """One sandbox; its workers end with this process."""
    from underdog.sandbox.late import LateSandbox

    return LateSandbox("auto")
