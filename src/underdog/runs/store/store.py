"""The rollout store: sampled solutions and their scores in one SQLite file.

Every `add_…` is one transaction, and durable against process death when it returns. Solutions that
concurrent tasks keep at the same time (`keep_solutions`) share a transaction, as a commit costs
about 0.1 ms.

A store also holds the runs made with it (`Store.journal`): their manifests, arms and outcomes.
"""
# ruff: noqa: S608  # statements are put together from the schema's own names only

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from underdog.core import PoolKey, Solution, StoredScore
from underdog.runs.store.checksums import row_checksum
from underdog.runs.store.database import Database, Survives
from underdog.runs.store.journal import Journal
from underdog.runs.store.memory_store import same_reading
from underdog.runs.store.row_codec import (
    SCORE_COLUMNS,
    SOLUTION_COLUMNS,
    row_score,
    row_solution,
    score_row,
    solution_row,
    text_cell,
)
from underdog.runs.store.store_errors import readable

_CACHED_POOLS = 65_536
_WHOLE_POOL = 1 << 40
_POOL_COLUMNS = (
    "task",
    "problem_id",
    "engine",
    "form",
    "prompt",
    "params",
    "root_seed",
    "prefix",
)


def _insert(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})"


_ADD_POOL = _insert("pool", _POOL_COLUMNS)
_FIND_POOL = f"SELECT id FROM pool WHERE {' AND '.join(f'{name} = ?' for name in _POOL_COLUMNS)}"
_ADD_SOLUTION = _insert("solution", (*SOLUTION_COLUMNS, "checksum", "pool_id"))
_READ_SOLUTIONS = (
    f"SELECT {', '.join(SOLUTION_COLUMNS)}, checksum FROM solution "
    "WHERE pool_id = ? AND idx >= ? AND idx < ? ORDER BY idx"
)
_DROP_SOLUTION = "DELETE FROM solution WHERE pool_id = ? AND idx = ?"
_ADD_SCORE = _insert("score", (*SCORE_COLUMNS, "checksum", "pool_id", "verifier"))
_READ_SCORES = (
    f"SELECT {', '.join(SCORE_COLUMNS)}, checksum FROM score "
    "WHERE pool_id = ? AND verifier = ? AND idx BETWEEN ? AND ?"
)
_DROP_SCORE = "DELETE FROM score WHERE pool_id = ? AND idx = ? AND verifier = ?"
_DROP_SCORES = "DELETE FROM score WHERE pool_id = ? AND idx = ?"


@dataclass(frozen=True, slots=True)
class _Target:
    """A table that rows of pools are written to.

    Attributes:
        table: Name of the table.
        add: Statement that adds a row unless it is there.
        drop: Statement that drops a row.
        more: Cells after the pool's number.
    """

    table: str
    add: str
    drop: str
    more: tuple[str, ...] = ()


_SOLUTIONS = _Target("solution", _ADD_SOLUTION, _DROP_SOLUTION)
_SCORES = _Target("score", _ADD_SCORE, _DROP_SCORE)


class Store:
    """A `RolloutStore` in an SQLite file, safe to share between threads and processes.

    Args:
        path: The file, or `:memory:`.
        survives: Event that a finished write survives: `process death` (fast) or also `power
            loss`.
        create: Whether to make the file when it is missing; else that is an error.

    Raises:
        StoreError: The file is missing, foreign, damaged, locked, or from a newer underdog.

    Example:
        >>> with Store(":memory:") as store:
        ...     pool = PoolKey("sums", "1", "toy", "cot", "p", "t", 0)
        ...     store.add_solutions(pool, [Solution(0, "main", "cot", "1+1=2", "2", "2")])
        ...     store.solutions(pool, 0, 8)[0].answer
        '2'
    """

    def __init__(
        self, path: Path | str, survives: Survives = "process death", create: bool = True
    ) -> None:
        self._database = Database(path, survives, create)
        self._pools: dict[PoolKey, int] = {}
        self.journal = Journal(self._database)

    @property
    def path(self) -> str:
        """Path of the file."""
        return self._database.path

    @property
    def database(self) -> Database:
        """The open database, for exports."""
        return self._database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. May be called twice."""
        self._database.close()

    @property
    def damaged_rows(self) -> int:
        """Number of rows that were found damaged since the file was opened; none was used."""
        return len(self._database.damaged)

    def solutions(self, pool: PoolKey, start: int, count: int) -> list[Solution]:
        """Stored solutions with `start <= index < start + count`, by index; holes are left out.

        A damaged row is a hole, and is sampled again.
        """
        number = self._find(pool)
        if number is None:
            return []
        rows = self._database.read(_READ_SOLUTIONS, (number, start, start + count))
        sound = self._sound("solution", number, rows, pool_checksum(pool))
        with readable(self.path):
            return [row_solution(row) for row in sound]

    def add_solutions(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Store solutions; an index that the pool already holds is not overwritten.

        Raises:
            StoreError: The disk is full or fails; none of these solutions is then kept.
        """
        if not solutions:
            return
        self._add(_SOLUTIONS, pool, _checked(map(solution_row, solutions), pool_checksum(pool)))

    async def keep_solutions(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """`add_solutions` in one transaction with the writes of concurrent tasks.

        Raises:
            StoreError: The disk is full or fails; none of these solutions is then kept.
        """
        if not solutions:
            return
        rows = _checked(map(solution_row, solutions), pool_checksum(pool))
        write = partial(self._insert, _SOLUTIONS, pool, rows)
        self._remember(pool, await self._database.group_commit.write(write))

    async def keep_readings(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Replace what was read from stored solutions; scores of other readings are dropped.

        Raises:
            StoreError: The disk is full or fails; none of these readings is then kept.
        """
        before = {one.index: one for one in self.solutions(pool, 0, _WHOLE_POOL)}
        changed = [
            one.index
            for one in solutions
            if one.index not in before or not same_reading(before[one.index], one)
        ]
        rows = _checked(map(solution_row, solutions), pool_checksum(pool))

        def write(connection: sqlite3.Connection) -> int:
            number = self._number(pool, connection)
            connection.executemany(_DROP_SCORES, [(number, index) for index in changed])
            connection.executemany(_DROP_SOLUTION, [(number, one.index) for one in solutions])
            return self._insert(_SOLUTIONS, pool, rows, connection)

        self._remember(pool, await self._database.group_commit.write(write))

    def scores(
        self, pool: PoolKey, verifier: str, indices: Sequence[int]
    ) -> dict[int, StoredScore]:
        """Stored scores by solution index."""
        number = self._find(pool)
        if number is None or not indices:
            return {}
        wanted = set(indices)
        rows = self._database.read(_READ_SCORES, (number, verifier, min(wanted), max(wanted)))
        salt = row_checksum((verifier,), pool_checksum(pool))
        sound = self._sound("score", number, rows, salt, verifier)
        with readable(self.path):
            return {index: score for index, score in map(row_score, sound) if index in wanted}

    def add_scores(self, pool: PoolKey, verifier: str, scores: Mapping[int, StoredScore]) -> None:
        """Store scores; a score that is already stored is not overwritten.

        Raises:
            StoreError: The disk is full or fails; none of these scores is then kept.
        """
        if not scores:
            return
        salt = row_checksum((verifier,), pool_checksum(pool))
        rows = _checked((score_row(index, score) for index, score in scores.items()), salt)
        self._add(replace(_SCORES, more=(verifier,)), pool, rows)

    def _find(self, pool: PoolKey) -> int | None:
        number = self._pools.get(pool)
        if number is None:
            found = self._database.read(_FIND_POOL, _pool_row(pool))
            if not found:
                return None
            number = self._remember(pool, found[0][0])
        return number

    def _sound(
        self, table: str, number: int, rows: list[tuple[Any, ...]], salt: int, *more: str
    ) -> list[tuple[Any, ...]]:
        """The rows that are as they were written; the damage of others is noted."""
        sound: list[tuple[Any, ...]] = []
        for row in rows:
            if row_checksum(row[:-1], salt) == row[-1]:
                sound.append(row)
            else:
                self._database.note_damage(table, number, row[0], *more)
        return sound

    def _add(self, target: "_Target", pool: PoolKey, rows: list[tuple[object, ...]]) -> None:
        with self._database.transaction() as connection:
            number = self._insert(target, pool, rows, connection)
        self._remember(pool, number)

    def _insert(
        self,
        target: "_Target",
        pool: PoolKey,
        rows: list[tuple[object, ...]],
        connection: sqlite3.Connection,
    ) -> int:
        number = self._number(pool, connection)
        if self._database.damaged:
            for row in rows:
                if (target.table, number, row[0], *target.more) in self._database.damaged:
                    connection.execute(target.drop, (number, row[0], *target.more))
        connection.executemany(target.add, [(*row, number, *target.more) for row in rows])
        return number

    def _number(self, pool: PoolKey, connection: sqlite3.Connection) -> int:
        number = self._pools.get(pool)
        if number is None:
            key = _pool_row(pool)
            connection.execute(_ADD_POOL, key)
            number = int(connection.execute(_FIND_POOL, key).fetchone()[0])
        return number

    def _remember(self, pool: PoolKey, number: int) -> int:
        if len(self._pools) >= _CACHED_POOLS:
            self._pools.clear()
        self._pools[pool] = number
        return number


def pool_checksum(pool: PoolKey) -> int:
    """Checksum of a pool's key, from which the checksum of every row in it starts."""
    return row_checksum(_pool_row(pool))


def _checked(rows: Iterable[tuple[object, ...]], salt: int) -> list[tuple[object, ...]]:
    """Rows with their checksums at the end."""
    return [(*row, row_checksum(row, salt)) for row in rows]


def _pool_row(pool: PoolKey) -> tuple[object, ...]:
    return (
        pool.task,
        text_cell(pool.problem_id),
        pool.engine,
        pool.form,
        pool.prompt,
        pool.params,
        str(pool.root_seed),
        pool.prefix,
    )
