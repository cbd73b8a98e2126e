"""Opening models and sandboxes for commands, and closing them again."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from rich.markup import escape

from underdog.cli.models import fetch_if_missing
from underdog.cli.terminal.console import notes
from underdog.core import Engine
from underdog.sandbox.late import LateSandbox as LateSandbox

T = TypeVar("T")


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine; Ctrl-C cancels it and closes its engines and sandboxes."""
    return asyncio.run(work)


@asynccontextmanager
async def opened_engines(models: Sequence[str], rows: int = 0) -> AsyncGenerator[dict[str, Engine]]:
    """Engines by model; each model is opened once, and all are closed at the end.

    Known models that are not on this machine are fetched first. `rows` is the number of samples
    that the first of the models will draw side by side, 0 when it is not known.
    """
    from underdog.engines.opening import open_engine

    async with AsyncExitStack() as stack:
        engines: dict[str, Engine] = {}
        for place, model in enumerate(dict.fromkeys(models)):
            fetch_if_missing(model)
            with notes.status(f"loading {escape(model)}"):
                engine = open_engine(model, rows=0 if place else rows)
            stack.push_async_callback(engine.aclose)
            engines[model] = engine
        yield engines
