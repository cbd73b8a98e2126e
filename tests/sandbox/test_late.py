"""A sandbox that starts with its first program."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.conftest import processes_under
from underdog.core import Limits, SandboxResult
from underdog.errors import SandboxError, UnknownNameError
from underdog.sandbox import late
from underdog.sandbox.late import LateSandbox
from underdog.sandbox.probing import OpenSandbox


class Echo:
    name = "echo"

    def __init__(self) -> None:
        self.closed = 0

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        return SandboxResult("ok", stdout=program)

    def close(self) -> None:
        self.closed += 1


class Opener:
    """Notes what was asked for; the jail cannot be had."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.made = Echo()

    def __call__(self, spec: str, workers: int) -> OpenSandbox:
        self.asked.append((spec, workers))
        if spec == "jail":
            raise SandboxError("no jail here")
        return OpenSandbox(self.made)


@pytest.fixture
def opener(monkeypatch: pytest.MonkeyPatch) -> Opener:
    made = Opener()
    monkeypatch.setattr(late, "open_sandbox", made)
    return made


def test_it_opens_with_the_first_program_and_only_once(opener: Opener) -> None:
    sandbox = LateSandbox("monty", workers=3)
    assert list(sandbox.run_many([])) == []
    assert opener.asked == []
    with ThreadPoolExecutor(4) as threads:
        assert {one.stdout for one in threads.map(sandbox.run, ["a"] * 20)} == {"a"}
    assert [one.stdout for one in sandbox.run_many(["a", "b"])] == ["a", "b"]
    assert opener.asked == [("monty", 3)]


def test_closing_ends_what_was_opened_for_good(opener: Opener) -> None:
    with LateSandbox("monty") as sandbox:
        sandbox.run("a")
    assert opener.made.closed == 1


def test_what_was_closed_before_its_first_program_never_starts(opener: Opener) -> None:
    sandbox = LateSandbox("monty")
    sandbox.close()
    sandbox.close()
    with pytest.raises(SandboxError, match="'monty' is closed"):
        sandbox.run("a")
    assert opener.asked == []


def test_the_next_one_is_opened_where_the_first_cannot_be(opener: Opener) -> None:
    sandbox = LateSandbox("jail", "auto")
    assert sandbox.name == "jail"
    assert sandbox.run("a").stdout == "a"
    assert [spec for spec, _ in opener.asked] == ["jail", "auto"]


def test_where_none_can_be_opened_the_reason_is_said_again_without_another_try(
    opener: Opener,
) -> None:
    sandbox = LateSandbox("jail")
    for _ in range(2):
        with pytest.raises(SandboxError, match="no jail here"):
            sandbox.run("a")
    assert opener.asked == [("jail", 1)]


def test_a_misspelt_one_is_refused_before_the_first_program() -> None:
    with pytest.raises(UnknownNameError, match="monty"):
        LateSandbox("monty", "mounty")


def test_a_real_one_runs_programs_and_leaves_no_process() -> None:
    before = processes_under(os.getpid())
    with LateSandbox("monty") as sandbox:
        assert processes_under(os.getpid()) == before
        assert sandbox.run("print(1)").stdout == "1\n"
        assert [one.stdout for one in sandbox.run_many(["print(1)", "print(2)"])] == ["1\n", "2\n"]
    assert processes_under(os.getpid()) <= before
