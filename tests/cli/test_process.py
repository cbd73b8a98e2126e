"""The command as a process: exit codes, interrupts, closed pipes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

UNDERDOG = [sys.executable, "-m", "underdog"]
SLOW_ENGINE = """
import asyncio, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits it ignored
from underdog.engines import engines
from underdog.engines.scripted import ScriptedEngine

async def wait():
    print("waiting", file=sys.stderr, flush=True)
    await asyncio.Event().wait()

@engines.register("stuck")
def open_stuck(model: str = ""):
    return ScriptedEngine("4", pause=wait)

from underdog.cli import main
main()
"""


def test_help_names_every_command() -> None:
    done = subprocess.run([*UNDERDOG, "--help"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0
    commands = ("solve", "challenge", "replay", "report", "tasks", "models", "doctor", "version")
    assert all(name in done.stdout for name in commands)


def test_an_unknown_command_is_refused() -> None:
    done = subprocess.run([*UNDERDOG, "slove"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "slove" in done.stderr


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "from underdog.cli import app, version\n"
        "def broken(): raise RuntimeError('a defect')\n"
        "app.app.command('broken')(broken)\n"
        "app.main()"
    )
    command = [sys.executable, "-c", program, "broken"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "a defect" in done.stderr


def test_ctrl_c_ends_with_130_and_one_line(task: Path, tmp_path: Path) -> None:
    arguments = ["challenge", "--small", "stuck:x", "--tasks", str(task), "--sandbox", "monty"]
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_ENGINE, *arguments, "--run", str(tmp_path / "r.db")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.strip().splitlines()[-1] == "interrupted; the same command resumes"
    assert "Traceback" not in err
    assert out == ""


def test_sigterm_ends_with_143_and_one_line(task: Path, tmp_path: Path) -> None:
    arguments = ["challenge", "--small", "stuck:x", "--tasks", str(task), "--sandbox", "monty"]
    ignoring = SLOW_ENGINE.replace("signal.default_int_handler", "signal.SIG_IGN")
    for engine in (SLOW_ENGINE, ignoring):
        process = subprocess.Popen(
            [sys.executable, "-c", engine, *arguments, "--run", str(tmp_path / "r.db")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        assert process.stderr.readline() == "waiting\n"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 143, err
        assert err.strip().splitlines()[-1] == "terminated; the same command resumes", err
        assert "Traceback" not in err
        assert out == ""


@pytest.mark.parametrize("command", ["version", "--help", "tasks list", "tasks list --json"])
def test_a_full_device_is_one_line(command: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*UNDERDOG, *command.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
    assert done.returncode == 74
    assert done.stderr == ("error: cannot write to standard output: No space left on device\n")


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
@pytest.mark.parametrize("command", ["version", "tasks list"])
def test_a_closed_stream_is_as_the_null_device(command: str, closed: str) -> None:
    shell = f"exec {sys.executable} -m underdog {command} {closed}"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


ASCII = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}


@pytest.mark.parametrize(
    "setting", [ASCII, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}]
)
def test_a_plain_terminal_gets_escapes(setting: dict[str, str]) -> None:
    environment = {**os.environ, **setting}
    for command in ("version", "tasks list", "--help"):
        done = subprocess.run(
            [*UNDERDOG, *command.split()], capture_output=True, timeout=120, env=environment
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode("latin-1")
    program = (
        "from underdog.cli.terminal.console import print_json\n"
        "print_json({'a': chr(233) + chr(22235)})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=120, env=environment
    )
    assert json.loads(done.stdout.decode("ascii")) == {"a": "é四"}


def test_a_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*UNDERDOG, "version"], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=120
    )
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == ""


def test_standard_output_holds_json_and_nothing_else(task: Path, model: str) -> None:
    arguments = ["challenge", "--small", model, "--tasks", str(task), "--json"]
    done = subprocess.run([*UNDERDOG, *arguments], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["n"] == 4


def test_completion_can_be_shown() -> None:
    done = subprocess.run(
        [*UNDERDOG, "--show-completion", "bash"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "complete" in done.stdout
