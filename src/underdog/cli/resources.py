"""Opening runs, models and sandboxes for commands, and closing them again."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich.markup import escape

from underdog.cli.models import fetch_if_missing
from underdog.cli.terminal.console import notes
from underdog.core import Engine, Sandbox
from underdog.errors import DataError, MissingExtraError, StoreError, UnknownNameError
from underdog.sandbox.late import LateSandbox as LateSandbox

if TYPE_CHECKING:
    from underdog.runs.match import Ring
    from underdog.runs.store.journal import Run
    from underdog.runs.store.store import Store

T = TypeVar("T")


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's asynchronous part; Ctrl-C cancels it and closes what it has open."""
    return asyncio.run(work)


@asynccontextmanager
async def opened_engines(models: Sequence[str]) -> AsyncGenerator[dict[str, Engine]]:
    """Engines by model; each model is opened once, and all are closed at the end.

    A known model that is not here yet is fetched first.
    """
    from underdog.engines.opening import open_engine

    async with AsyncExitStack() as stack:
        engines: dict[str, Engine] = {}
        for model in dict.fromkeys(models):
            fetch_if_missing(model)
            with notes.status(f"loading {escape(model)}"):
                engine = open_engine(model)
            stack.push_async_callback(engine.aclose)
            engines[model] = engine
        yield engines


def existing_store(path: Path) -> "Store":
    """A store that is there already. Raises `StoreError` when it is not."""
    from underdog.runs.store.store import Store

    if not path.exists():
        raise StoreError(f"{path}: no such run; make one with: underdog challenge --run {path}")
    return Store(path, create=False)


def reopened(run: "Run", store: "Store", sandbox: Sandbox, data_dir: Path | None) -> "Ring":
    """A match with its task's data.

    Raises:
        UnderdogError: The run holds no match, or the task or its data is not at hand.
    """
    from underdog.runs.stored_match import recorded, reopen
    from underdog.tasks import load_task

    record = recorded(run)
    task = load_task(record.task, data_dir or record.data_dir)
    return reopen(run, task, store, sandbox)


def reopened_if_there(
    run: "Run", store: "Store", sandbox: Sandbox, data_dir: Path | None
) -> "Ring | None":
    """A match with its task's data, or `None` when that is not at hand."""
    try:
        return reopened(run, store, sandbox, data_dir)
    except (DataError, MissingExtraError, UnknownNameError):
        return None
