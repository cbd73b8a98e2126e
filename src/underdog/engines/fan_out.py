"""Run many awaitables side by side; the first failure cancels the rest and is raised as itself."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def fan_out(jobs: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Results in the order of `jobs`.

    A task group that hands on its first error bare, so that a caller catches `EngineError` and
    not a group of them. Cancelling the caller cancels every job.
    """
    tasks: list[asyncio.Task[T]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks.extend(group.create_task(job) for job in jobs)
    except BaseExceptionGroup as failures:
        raise _first(failures) from None
    return [task.result() for task in tasks]


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
