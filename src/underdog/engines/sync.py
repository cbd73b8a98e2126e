"""A synchronous face of the asynchronous engines, for scripts and notebooks.

One event loop, in a background thread, serves the whole process: an engine's connections stay on
the same loop from call to call, and the caller may run an event loop too, as notebooks do.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Coroutine, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, TypeAlias, TypeVar

from underdog.core import (
    Completion,
    ContinuationScore,
    Engine,
    EngineInfo,
    GenerateRequest,
    ScoreRequest,
)
from underdog.engines import opening
from underdog.errors import EngineError
from underdog.models.pulled import pull_if_missing

T = TypeVar("T")

_STARTING = threading.Lock()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Result of a coroutine run on the process's event loop; Ctrl-C cancels the coroutine.

    Raises:
        EngineError: The call comes from that event loop itself, and would never return.
    """
    loop = _loop_for(work)
    ended = threading.Event()
    tasks: list[asyncio.Task[T]] = []

    def begin() -> None:
        tasks.append(loop.create_task(work))
        tasks[0].add_done_callback(lambda _: ended.set())

    def stop() -> None:
        if tasks:
            tasks[0].cancel()
        else:  # interrupted before it was begun
            work.close()
            ended.set()

    try:
        loop.call_soon_threadsafe(begin)
        ended.wait()
    except BaseException:
        loop.call_soon_threadsafe(stop)
        ended.wait()
        raise
    return tasks[0].result()


def _loop_for(work: Coroutine[Any, Any, object]) -> asyncio.AbstractEventLoop:
    """The process's event loop; raises `EngineError` when called from that loop."""
    with _STARTING:
        loop = _loop()
    try:
        here = asyncio.get_running_loop() is loop
    except RuntimeError:
        here = False
    if here:
        work.close()
        raise EngineError("this call waits for the event loop that it is made from; await instead")
    return loop


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True, name="underdog").start()
    return loop


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_loop.cache_clear)  # threads do not survive a fork


class SyncEngine:
    """An engine whose calls wait for their result; works inside notebooks too.

    Args:
        engine: The asynchronous engine; `close` closes it.

    Example:
        >>> from underdog.core import Message, Prompt, SamplingParams
        >>> from underdog.engines.scripted import ScriptedEngine
        >>> prompt = Prompt((Message("user", "1+1?"),))
        >>> with SyncEngine(ScriptedEngine("2")) as engine:
        ...     engine.generate([GenerateRequest(prompt, SamplingParams(), (7,))])[0][0].text
        '2'
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closed = False

    @property
    def engine(self) -> Engine:
        """The asynchronous engine, for `run`. Raises `EngineError` when this object is closed."""
        if self._closed:
            raise _closed()
        return self._engine

    @property
    def info(self) -> EngineInfo:
        """The engine's model, fingerprint, context length and abilities."""
        return self._engine.info

    def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Completions, one list per request, in the order of its seeds."""
        return self.run(self._engine.generate(requests))

    def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        """Log-probabilities of each request's continuation, in request order."""
        return self.run(self._engine.score(requests))

    def run(self, job: Coroutine[Any, Any, T]) -> T:
        """Result of any coroutine, run on the engine's event loop.

        Raises:
            EngineError: This object is closed.
        """
        if self._closed:
            job.close()
            raise _closed()
        return run(job)

    def close(self) -> None:
        """Close the engine. May be called twice."""
        if not self._closed:
            self._closed = True
            run(self._engine.aclose())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _closed() -> EngineError:
    return EngineError("this engine is closed; open it again")


Model: TypeAlias = str | Path | Engine | SyncEngine
"""A model's name, path or endpoint, opened and closed by the call; or an engine, left open."""


def open_engine(spec: str | Path, *, rows: int = 0, **options: Any) -> SyncEngine:
    """Open a model once, to be asked directly or given to `solve`, `challenge` and `collect`.

    A known model that is not on this machine yet is fetched first.

    Args:
        spec: A model's name (`smollm2-135m`), a GGUF file, a folder in the Hugging Face layout, an
            endpoint (`openai:http://localhost:8000/v1#model`), or `scripted:reply=4`.
        rows: Samples that will be drawn side by side, 0 when not known: for a single one, an engine
            that the spec leaves open is the one that was measured to be faster here.
        options: Parameters of the engine, such as `threads=1`.

    Returns:
        The engine; close it, or use it in a `with` block.

    Raises:
        UnknownNameError: No such engine, model or parameter.
        ModelFileError: The model's file is missing or corrupt, or it cannot be fetched.

    Example:
        >>> from underdog import GenerateRequest, Message, Prompt, SamplingParams
        >>> prompt = Prompt((Message("user", "What is 2 + 2?"),))
        >>> with open_engine("scripted:reply=It is 4.") as engine:
        ...     [rows] = engine.generate([GenerateRequest(prompt, SamplingParams(), seeds=(1, 2))])
        >>> [row.text for row in rows]
        ['It is 4.', 'It is 4.']
    """
    pull_if_missing(str(spec))
    return SyncEngine(opening.open_engine(str(spec), rows=rows, **options))


@contextmanager
def opened_engines(
    models: Mapping[str, Model], rows: Mapping[str, int] = MappingProxyType({})
) -> Generator[dict[str, Engine]]:
    """Engines by role; engines opened here are closed at the end of the `with` block.

    Args:
        models: Models by role, such as `main`. A name or path is opened as an engine, once even
            when several roles name it; an engine is used as given and stays open.
        rows: Samples that a role draws side by side, where that is known (see `open_engine`).

    Raises:
        UnknownNameError: No such engine, model or parameter.
        ModelFileError: A model's file is missing or corrupt, or it cannot be fetched.
    """
    with ExitStack() as stack:
        named: dict[str, SyncEngine] = {}
        engines: dict[str, Engine] = {}
        for role, model in models.items():
            if isinstance(model, str | Path):
                if str(model) not in named:
                    alone = list(models.values()).count(model) == 1
                    count = rows.get(role, 0) if alone else 0
                    named[str(model)] = stack.enter_context(open_engine(model, rows=count))
                model = named[str(model)]
            engines[role] = model.engine if isinstance(model, SyncEngine) else model
        yield engines
