"""The sandbox that code tasks grade in when none is given."""

import pytest

from underdog.core import Limits, SandboxResult
from underdog.errors import SandboxError
from underdog.grading import checkers
from underdog.tasks import shared_sandbox
from underdog.tasks.shared_sandbox import SHARED, SharedSandbox, make_checker


class Echo:
    name = "echo"

    def __init__(self) -> None:
        self.closed = 0

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        return SandboxResult("ok", stdout=program)

    def close(self) -> None:
        self.closed += 1


def test_it_opens_on_the_first_run_and_again_after_closing(monkeypatch):
    opened: list[Echo] = []

    def open_echo() -> Echo:
        opened.append(Echo())
        return opened[-1]

    monkeypatch.setattr(shared_sandbox, "_open", open_echo)
    shared = SharedSandbox()
    shared.close()
    assert opened == []
    assert shared.run("a").stdout == shared.run("a").stdout == "a"
    assert len(opened) == 1
    shared.close()
    shared.close()
    assert opened[0].closed == 1
    shared.run("b")
    assert len(opened) == 2
    shared.close()


def test_the_jail_comes_first_and_the_default_where_there_is_none(monkeypatch):
    asked: list[str] = []

    def opener(name: str = "auto") -> Echo:
        asked.append(name)
        if name == "jail":
            raise SandboxError("no jail here")
        return Echo()

    monkeypatch.setattr("underdog.sandbox.open_sandbox", opener)
    assert isinstance(shared_sandbox._open(), Echo)
    assert asked == ["jail", "auto"]


def test_only_checkers_that_run_programs_get_a_sandbox(monkeypatch):
    given: list[object] = []
    monkeypatch.setattr(checkers, "create", lambda spec, sandbox: given.append(sandbox))
    own = Echo()
    make_checker("numeric", own)
    make_checker("code", own)
    make_checker("code:timeout_s=2", None)
    assert given == [None, own, SHARED]


@pytest.fixture(autouse=True, scope="module")
def close_shared():
    yield
    SHARED.close()
