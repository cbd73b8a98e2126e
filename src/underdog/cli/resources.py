"""Opening runs, models and sandboxes for commands, and closing them again."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from rich.markup import escape

from underdog.cli.models import fetch_if_missing
from underdog.cli.terminal.console import notes
from underdog.core import Engine, Limits, Sandbox, SandboxResult
from underdog.errors import DataError, MissingExtraError, StoreError, UnknownNameError
from underdog.registry import parse_spec

if TYPE_CHECKING:
    from underdog.runs.match import Ring
    from underdog.runs.store.journal import Run
    from underdog.runs.store.store import Store
    from underdog.sandbox import OpenSandbox

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


class LateSandbox:
    """A sandbox whose workers start with the first program; most questions need none.

    Args:
        spec: Registered name, with parameters if wanted.

    Raises:
        UnknownNameError: No such sandbox.
    """

    def __init__(self, spec: str) -> None:
        from underdog.sandbox import sandboxes

        self._spec = spec
        self._name, _ = parse_spec(spec)
        sandboxes.get(self._name)
        self._lock = threading.Lock()
        self._opened: OpenSandbox | None = None

    @property
    def name(self) -> str:
        """Registered name."""
        return self._name

    def run(self, program: str, limits: Limits = Limits()) -> SandboxResult:
        """Run one program in a fresh state. Never raises for what the program does."""
        return self._inner().run(program, limits)

    def run_many(
        self, programs: Sequence[str], limits: Limits = Limits()
    ) -> Sequence[SandboxResult]:
        """Run programs, each in a fresh state."""
        return self._inner().run_many(programs, limits)

    def close(self) -> None:
        """End the workers, if any. May be called twice."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _inner(self) -> "OpenSandbox":
        from underdog.sandbox import open_sandbox

        with self._lock:
            if self._opened is None:
                self._opened = open_sandbox(self._spec)
            return self._opened


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
