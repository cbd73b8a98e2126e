"""Run many awaitables side by side; the first failure cancels the rest and is raised as itself."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


async def fan_out(jobs: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Results of coroutines that run side by side, in the order of `jobs`.

    The first error is raised by itself and not in an exception group, so that a caller can catch
    `EngineError`. Cancelling the caller cancels every job.
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
