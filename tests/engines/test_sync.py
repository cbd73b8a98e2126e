"""Waiting for engines from scripts, threads, forks and other event loops."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from underdog.core import GenerateRequest, Message, Prompt, SamplingParams
from underdog.engines.scripted import ScriptedEngine
from underdog.engines.sync import SyncEngine, open_engine, opened_engines, run
from underdog.errors import EngineError, UnknownNameError
from underdog.models import pulled

REQUEST = GenerateRequest(Prompt((Message("user", "1+1?"),)), SamplingParams(), (0,))


class Closing(ScriptedEngine):
    """Counts how often it is closed."""

    closed = 0

    async def aclose(self) -> None:
        self.closed += 1


async def value() -> int:
    return 7


def test_all_calls_meet_the_same_loop() -> None:
    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert run(loop()) is run(loop())


def test_an_error_reaches_the_caller() -> None:
    async def fail() -> None:
        raise EngineError("no")

    with pytest.raises(EngineError, match="no"):
        run(fail())


def test_the_caller_may_run_a_loop_of_its_own() -> None:
    async def cell() -> int:
        return run(value())

    assert asyncio.run(cell()) == 7


def test_a_call_from_the_loop_itself_is_refused_rather_than_never_answered() -> None:
    async def inside() -> int:
        return run(value())

    with pytest.raises(EngineError, match="await instead"):
        run(inside())


INTERRUPTED = """
import asyncio, signal, threading
from underdog.engines.sync import run

signal.signal(signal.SIGINT, signal.default_int_handler)

async def interrupted():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    try:
        await asyncio.Event().wait()
    finally:
        for _ in range(3):
            await asyncio.sleep(0)
        print("cleaned up", flush=True)

try:
    run(interrupted())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_ctrl_c_cancels_the_work_and_waits_until_it_has_cleaned_up() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split("\n") == ["cleaned up", "interrupted", ""], done.stderr


def test_ctrl_c_before_the_work_is_begun_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def running() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    loop = run(running())
    begin = loop.call_soon_threadsafe
    pressed = iter([True])

    def soon(callback: Callable[[], object]) -> object:
        if next(pressed, False):
            raise KeyboardInterrupt
        return begin(callback)

    monkeypatch.setattr(loop, "call_soon_threadsafe", soon)
    with pytest.raises(KeyboardInterrupt):
        run(value())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_starts_a_loop_of_its_own() -> None:
    program = (
        "import os, underdog\n"
        "def ask(): return underdog.solve('2 + 2?', 'scripted:reply=The answer is 4.')\n"
        "ask()\n"
        "child = os.fork()\n"
        "if child == 0: os._exit(ask().usage.calls)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "4\n", done.stderr


def test_a_closed_engine_says_so_and_may_be_closed_again() -> None:
    engine = open_engine("scripted:reply=2")
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.generate([REQUEST])
    with pytest.raises(EngineError, match="closed"):
        _ = engine.engine


def test_a_model_in_two_roles_is_opened_once_and_closed_at_the_end(tmp_path: Path) -> None:
    replies = tmp_path / "replies.json"
    replies.write_text('{"*": "2"}')
    with opened_engines({"main": f"scripted:{replies}", "big": f"scripted:{replies}"}) as engines:
        assert engines["main"] is engines["big"]
        [[row]] = run(engines["main"].generate([REQUEST]))
    assert row.text == "2"


def test_what_is_open_already_is_left_open() -> None:
    plain, wrapped = Closing("1"), Closing("2")
    with opened_engines({"main": plain, "big": SyncEngine(wrapped)}) as engines:
        assert engines == {"main": plain, "big": wrapped}
    assert plain.closed == wrapped.closed == 0


def test_what_was_opened_is_closed_when_the_next_one_is_misspelt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = Closing("1")

    def opened(spec: str, rows: int) -> ScriptedEngine:
        if spec != "first":
            raise UnknownNameError("model", spec, ["first"])
        return first

    monkeypatch.setattr("underdog.engines.opening.open_engine", opened)
    with pytest.raises(UnknownNameError), opened_engines({"main": "first", "big": Path("secnd")}):
        raise AssertionError("nothing is to be asked")
    assert first.closed == 1


def test_a_known_model_that_is_not_here_is_fetched_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setenv("UNDERDOG_CACHE", str(tmp_path))
    fetched: list[str] = []
    monkeypatch.setattr(pulled, "pull_model", fetched.append)
    monkeypatch.setattr(
        "underdog.engines.opening.open_engine", lambda spec, **_: ScriptedEngine("4")
    )
    with caplog.at_level(logging.WARNING), open_engine("openvino:smollm2-135m"):
        assert fetched == ["smollm2-135m"]
    assert caplog.messages == ["fetching smollm2-135m, 98 MB, once"]
