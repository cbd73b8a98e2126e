"""Group commit: writes of concurrent tasks at about the same time share one transaction.

A commit costs far more than a row. A task that writes waits for one turn of its event loop; all
writes that the loop's tasks hand in during that turn share one transaction. Each write is durable
when its await returns, and none waits for a timer.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

from underdog.errors import StoreError

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Write:
    work: Callable[[sqlite3.Connection], object]
    done: asyncio.Future[object]


class GroupCommit:
    """Writes that share transactions. Each event loop has its own groups.

    Args:
        transaction: Opens a transaction that is committed at its end.
    """

    def __init__(
        self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> None:
        self._transaction = transaction
        self._groups: dict[asyncio.AbstractEventLoop, list[_Write]] = {}

    async def write(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Result of `work`, after its transaction is committed.

        Args:
            work: Function that executes statements; it may be called again after a roll-back.

        Raises:
            StoreError: The disk is full or fails; no write of the group is then kept.
        """
        loop = asyncio.get_running_loop()
        if loop not in self._groups:
            self._groups[loop] = []
            loop.call_soon(self._close_group, loop)
        result: list[_Result] = []
        done = loop.create_future()
        self._groups[loop].append(_Write(lambda connection: result.append(work(connection)), done))
        await done
        return result[-1]

    def _close_group(self, loop: asyncio.AbstractEventLoop) -> None:
        self._commit(self._groups.pop(loop))

    def _commit(self, group: list[_Write]) -> None:
        error: Exception | None = None
        try:
            with self._transaction() as connection:
                for write in group:
                    write.work(connection)
        except StoreError as problem:
            error = problem
        except Exception as problem:  # noqa: BLE001  # boundary: raised where it is awaited
            if len(group) > 1:  # one failing write must not fail the rest of the group
                for write in group:
                    self._commit([write])
                return
            error = problem
        for write in group:
            if write.done.cancelled():
                continue
            if error is None:
                write.done.set_result(None)
            else:
                write.done.set_exception(error)
