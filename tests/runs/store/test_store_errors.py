"""Disks that fill up and processes that share a file: typed errors, and the same results after."""

import asyncio
import os
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runs.toys import toy_bench, toy_problems
from underdog.errors import StoreError
from underdog.measure.results import ArmResult
from underdog.runs.manifest import describe
from underdog.runs.runner import Arm, run_arm
from underdog.runs.store.memory_store import MemoryStore
from underdog.runs.store.store import Store
from underdog.strategies.best_of_n import BestOfN

PROBLEMS = toy_problems(12)
TYPED = 7


def command(path: Path) -> ArmResult:
    with Store(path) as store:
        arm = Arm("arm", BestOfN(4, "luck"), toy_bench(store))
        manifest = describe({"main": arm.bench}, PROBLEMS, task="sums", split="test")
        return asyncio.run(run_arm(arm, PROBLEMS, run=store.journal.begin("run", manifest)))


def forked(work: Callable[[], object]) -> int:
    """Start `work` in a process of its own; it exits with 0, or `TYPED` for a `StoreError`."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except StoreError as error:
            code = TYPED
            os.write(2, f"{error}\n".encode())
        finally:
            os._exit(code)
    return child


def exit_code(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_disk_that_fills_up_anywhere_ends_in_a_typed_error_and_a_run_that_resumes(
    tmp_path: Path,
) -> None:
    expected = asyncio.run(
        run_arm(Arm("arm", BestOfN(4, "luck"), toy_bench(MemoryStore())), PROBLEMS)
    )
    whole = tmp_path / "whole.sqlite"
    with Store(whole):
        command(whole)
        needed = (tmp_path / "whole.sqlite-wal").stat().st_size
    codes: list[int] = []
    for size_bytes in [*range(0, needed, needed // 24), 4 * needed]:
        path = tmp_path / f"{size_bytes}.sqlite"

        def limited(path: Path = path, size_bytes: int = size_bytes) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))
            command(path)

        codes.append(exit_code(forked(limited)))
        assert command(path) == expected
    assert set(codes) == {0, TYPED}
    assert (codes[0], codes[-1]) == (TYPED, 0)  # how much is written varies with the timing


@pytest.mark.parametrize("attempt", range(5))
def test_the_same_command_twice_at_once_gives_one_set_of_results(
    tmp_path: Path, attempt: int
) -> None:
    path = tmp_path / "shared.sqlite"
    children = [forked(lambda: command(path)) for _ in range(3)]
    assert [exit_code(child) for child in children] == [0, 0, 0]
    with Store(path) as store:
        [run] = store.journal.runs()
        [arm] = run.results()
        assert len(arm.items) == len(PROBLEMS)
        assert store.database.read("SELECT count(*) FROM solution") == [(48,)]
    assert command(path).items == arm.items
