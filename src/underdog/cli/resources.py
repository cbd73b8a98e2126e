"""Opening runs, models and sandboxes for commands, and closing them again."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Generator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rich.markup import escape

from underdog.cli.models import fetch_if_missing
from underdog.cli.terminal.console import notes
from underdog.core import Engine
from underdog.errors import StoreError
from underdog.sandbox.late import LateSandbox

if TYPE_CHECKING:
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


@contextmanager
def stored_run(path: Path, sandbox: str) -> "Generator[tuple[Store, LateSandbox]]":
    """A store that is there already, and a sandbox for what is read from it.

    Raises:
        StoreError: It is not there.
        UnknownNameError: No such sandbox.
    """
    from underdog.runs.store.store import Store

    if not path.exists():
        raise StoreError(f"{path}: no such run; make one with: underdog challenge --run {path}")
    with Store(path, create=False) as store, LateSandbox(sandbox) as programs:
        yield store, programs
