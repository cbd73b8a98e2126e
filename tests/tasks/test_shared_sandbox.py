"""The sandbox that code tasks grade in when none is given."""

import pytest

from underdog.core import Limits, SandboxResult
from underdog.grading import checkers
from underdog.sandbox import late
from underdog.tasks.shared_sandbox import make_checker, shared_sandbox


class Echo:
    name = "echo"

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        return SandboxResult("ok", stdout=program)

    def close(self) -> None:
        """Nothing to end."""


def test_the_jail_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def opener(spec: str, workers: int) -> Echo:
        asked.append(spec)
        return Echo()

    monkeypatch.setattr(late, "open_sandbox", opener)
    assert shared_sandbox.__wrapped__().run("a").stdout == "a"
    assert asked == ["jail"]


def test_only_checkers_that_run_programs_get_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []
    monkeypatch.setattr(checkers, "create", lambda spec, sandbox: given.append(sandbox))
    own = Echo()
    make_checker("numeric", own)
    make_checker("code", own)
    make_checker("code:timeout_s=2", None)
    assert given == [None, own, shared_sandbox()]
