"""Runs killed at random moments, and run again until they finish."""

import asyncio
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.paths import CHECKOUT
from tests.runs.toys import ToyEngine, toy_bench, toy_problems
from underdog.core import PoolKey, RolloutStore
from underdog.measure.results import ArmResult
from underdog.runs.manifest import describe
from underdog.runs.runner import Arm, run_arm
from underdog.runs.store.journal import Run
from underdog.runs.store.memory_store import MemoryStore
from underdog.runs.store.store import Store
from underdog.seeds import unit
from underdog.strategies import strategies

PROBLEMS = toy_problems(24)
KILLS = 220


def arms(store: RolloutStore, engine: ToyEngine | None = None) -> list[Arm]:
    bench = toy_bench(store, engine)
    specs = {"adaptive": "adaptive", "best": "best_of_n:n=8,verifier=luck"}
    return [Arm(name, strategies.create(spec), bench) for name, spec in specs.items()]


async def run_all(store: RolloutStore, engine: ToyEngine, run: Run | None, report: int) -> None:
    for arm in arms(store, engine):
        await run_arm(
            arm,
            PROBLEMS,
            run=run,
            concurrency=4,
            progress=lambda done, name=arm.name: os.write(
                report, f"done {name} {done.done}\n".encode()
            ),
        )


def command(path: Path, report: int) -> None:
    """What the user runs, and runs again after every kill."""
    engine = ToyEngine(watch=lambda asked, seed: os.write(report, f"drew {seed}\n".encode()))
    with Store(path) as store:
        manifest = describe({"main": toy_bench(store)}, PROBLEMS, task="sums", split="test")
        run = store.journal.begin("run", manifest)
        asyncio.run(run_all(store, engine, run, report))


@dataclass
class Life:
    """How one process ended, and what it said before."""

    killed: bool
    drew: list[float]
    done: dict[str, int]


def live(path: Path, kill_after_s: float | None) -> Life:
    """Run the command in a forked process; kill it unless it ends before."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            command(path, writer)
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    watch = os.pidfd_open(child)
    select.select([watch], [], [], kill_after_s)
    os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(watch)
    with os.fdopen(reader) as said:
        lines = [line.split() for line in said.read().splitlines() if line]
    assert status in (0, -signal.SIGKILL), "the command itself failed"
    return Life(
        killed=status != 0,
        drew=[-unit("luck", int(line[1])) for line in lines if line[0] == "drew"],
        done={line[1]: int(line[2]) for line in lines if line[0] == "done"},
    )


def stored(path: Path) -> tuple[set[float], Sequence[ArmResult]]:
    """What survived: the samples, told apart by their first log-probability, and the items."""
    with Store(path) as store:
        traces = store.database.read("SELECT pool_id, idx FROM solution")
        assert len(traces) == len(set(traces))
        lucks: set[float] = set()
        for pool in known_pools(store):
            lucks |= {one.trace.logprobs[0] for one in store.solutions(pool, 0, 99)}
        assert len(lucks) == len(traces)
        runs = store.journal.runs()
        return lucks, runs[0].results() if runs else []


def known_pools(store: Store) -> Iterator[PoolKey]:
    columns = "task, problem_id, engine, form, prompt, params, root_seed"
    for row in store.database.read(f"SELECT {columns} FROM pool"):
        yield PoolKey(*row[:6], root_seed=int(row[6]))


def survive(path: Path, kills: random.Random, life_s: float) -> int:
    """Kill and restart the command until it finishes; check every restart. Returns the kills."""
    count = 0
    before: set[float] = set()
    while True:
        patience = 1.0 + count / 10  # so that a machine that grew slower still finishes
        life = live(path, kills.uniform(0.0, life_s * patience))
        assert before.isdisjoint(life.drew), "something stored was sampled again"
        before, results = stored(path)
        finished = {arm.name: len(arm.items) for arm in results}
        for name, done in life.done.items():
            assert finished[name] >= done, "a finished item was lost"
        if not life.killed:
            return count
        count += 1


def kill_at_random_moments(folder: Path) -> None:
    """Start and kill the command again and again, on one store after the other."""
    expected = [asyncio.run(run_arm(arm, PROBLEMS)) for arm in arms(MemoryStore())]
    started = time.monotonic()
    assert not live(folder / "whole.sqlite", None).killed
    life_s = (time.monotonic() - started) * 0.6
    assert stored(folder / "whole.sqlite")[1] == expected
    kills = random.Random(20)
    count = rounds = 0
    while count < KILLS:
        path = folder / f"{rounds}.sqlite"
        count += survive(path, kills, life_s)
        assert stored(path)[1] == expected
        rounds += 1
    assert rounds > 1


PROGRAM = """
import pathlib, sys
from tests.runs.store.test_kills import kill_at_random_moments
kill_at_random_moments(pathlib.Path(sys.argv[1]))
"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_runs_killed_at_random_moments_lose_and_repeat_nothing(tmp_path: Path) -> None:
    # In a small process: to fork one that has run a thousand tests takes longer than a whole life.
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
