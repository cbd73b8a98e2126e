"""Writes of concurrent tasks share a transaction, and each is durable when it is awaited."""

import asyncio
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from underdog.core import PoolKey, Solution
from underdog.errors import StoreError
from underdog.runs.store.database import Database
from underdog.runs.store.group_commit import GroupCommit
from underdog.runs.store.store import Store

POOL = PoolKey("sums", "q1", "toy", "cot", "p", "t", 0)


def solution(index: int) -> Solution:
    return Solution(index, "main", "cot", "= 2", "2", "2")


class Counting:
    """Transactions of a database with one table of numbers, counted."""

    def __init__(self) -> None:
        self.database = Database(":memory:")
        self.begun = 0
        with self.database.transaction() as connection:
            connection.execute("CREATE TABLE number (value INTEGER UNIQUE)")

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        self.begun += 1
        with self.database.transaction() as connection:
            yield connection

    def values(self) -> list[int]:
        return [value for (value,) in self.database.read("SELECT value FROM number ORDER BY 1")]


def insert(value: int):
    def work(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO number VALUES (?)", (value,))
        return value * 10

    return work


def test_tasks_that_write_at_once_share_a_transaction_and_get_their_own_result() -> None:
    counting = Counting()
    group = GroupCommit(counting.transaction)

    async def write_all() -> list[int]:
        return await asyncio.gather(*(group.write(insert(value)) for value in range(5)))

    assert asyncio.run(write_all()) == [0, 10, 20, 30, 40]
    assert counting.values() == [0, 1, 2, 3, 4]
    assert counting.begun == 1


def test_a_write_whose_code_fails_fails_alone() -> None:
    counting = Counting()
    group = GroupCommit(counting.transaction)

    def broken(connection: sqlite3.Connection) -> int:
        insert(9)(connection)
        raise ValueError("broken")

    async def write_all() -> list[int | BaseException]:
        writes = [group.write(insert(1)), group.write(broken), group.write(insert(2))]
        return await asyncio.gather(*writes, return_exceptions=True)

    first, second, third = asyncio.run(write_all())
    assert (first, str(second), third) == (10, "broken", 20)
    assert counting.values() == [1, 2]


def test_a_failing_store_fails_all_that_share_the_transaction() -> None:
    counting = Counting()
    group = GroupCommit(counting.transaction)

    async def write_all() -> list[int | BaseException]:
        writes = [group.write(insert(1)), group.write(insert(1))]
        return await asyncio.gather(*writes, return_exceptions=True)

    assert [type(one) for one in asyncio.run(write_all())] == [StoreError, StoreError]
    assert counting.values() == []


def test_a_task_that_stops_waiting_leaves_the_others_alone() -> None:
    counting = Counting()
    group = GroupCommit(counting.transaction)

    async def write_all() -> int:
        given_up = asyncio.create_task(group.write(insert(1)))
        waiting = asyncio.create_task(group.write(insert(2)))
        asyncio.get_running_loop().call_soon(given_up.cancel)
        return await waiting

    assert asyncio.run(write_all()) == 20
    assert counting.values() == [1, 2]


def test_what_was_kept_is_in_the_file_when_it_is_awaited(tmp_path: Path) -> None:
    path = tmp_path / "runs.sqlite"

    async def keep(store: Store) -> list[int]:
        pools = [PoolKey("sums", f"q{at % 3}", "toy", "cot", "p", "t", 0) for at in range(9)]
        rows = enumerate(pools)
        await asyncio.gather(*(store.keep_solutions(pool, [solution(at)]) for at, pool in rows))
        with Store(path) as other:
            return [len(other.solutions(pool, 0, 9)) for pool in pools[:3]]

    with Store(path) as store:
        assert asyncio.run(keep(store)) == [3, 3, 3]


def test_a_full_disk_is_told_to_every_task_and_keeps_nothing(tmp_path: Path) -> None:
    async def keep(store: Store) -> list[BaseException | None]:
        rows = [solution(at) for at in range(4000)]
        writes = [store.keep_solutions(POOL, [one]) for one in rows]
        return await asyncio.gather(*writes, return_exceptions=True)

    with Store(tmp_path / "runs.sqlite") as store:
        pages = store.database.read("PRAGMA page_count")[0][0]
        store.database.read(f"PRAGMA max_page_count={pages}")
        failures = asyncio.run(keep(store))
        assert all("disk is full" in str(one) for one in failures)
        assert store.solutions(POOL, 0, 4000) == []


@pytest.mark.parametrize("kept", [[], [solution(1), solution(0)]])
def test_keeping_is_adding(kept: list[Solution]) -> None:
    with Store(":memory:") as store:
        asyncio.run(store.keep_solutions(POOL, kept))
        assert store.solutions(POOL, 0, 9) == sorted(kept, key=lambda one: one.index)
