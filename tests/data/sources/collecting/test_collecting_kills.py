"""A collection that is killed goes on where it was, as if nothing had happened."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.sources.collecting.test_collect import solve_sum, sums
from tests.data.sources.scripted_sources import together
from tests.paths import CHECKOUT
from underdog.core import Sandbox

PROGRAM = """
import asyncio, sys
from pathlib import Path
from tests.data.sources.scripted_sources import together
from tests.data.sources.collecting.test_collect import solve_sum, sums
from underdog.engines.scripted import ScriptedEngine
from underdog.sandbox.probing import open_sandbox

answered = 0

async def stop_after_some():
    global answered
    answered += 1
    if answered > 7:
        print("ready", flush=True)
        await asyncio.Event().wait()

engine = ScriptedEngine(solve_sum, pause=stop_after_some)
with open_sandbox("monty") as sandbox:
    together("self:k=2", sums(20), engine, sandbox, journal=Path(sys.argv[1]), concurrency=4)
"""


@pytest.mark.slow
def test_a_killed_collection_goes_on_from_its_journal(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    root = CHECKOUT
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path)], cwd=root, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    with child.stdout:
        child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    held = path.read_bytes().count(b'"replies"')
    assert 0 < held <= 7
    asked: list[int] = []

    def counting(prompt: object, seed: int) -> str:
        asked.append(seed)
        return solve_sum(prompt, seed)

    made = together("self:k=2", sums(20), counting, sandbox, journal=path)
    assert made.records == together("self:k=2", sums(20), solve_sum, sandbox).records
    assert made.usage.calls == 40
    assert len(asked) == 40 - 2 * held
