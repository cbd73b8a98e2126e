"""The synchronous face of an engine, for scripts and notebooks."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any, Self, TypeVar

from underdog.core import (
    Completion,
    ContinuationScore,
    Engine,
    EngineInfo,
    GenerateRequest,
    ScoreRequest,
)
from underdog.errors import EngineError

T = TypeVar("T")


class SyncEngine:
    """Runs an engine on an event loop in a thread of its own; works inside notebooks too.

    Args:
        engine: The engine; it is closed with this object.

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
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, daemon=True, name="underdog-engine"
        )
        self._thread.start()

    @property
    def engine(self) -> Engine:
        """The engine itself, for `run`."""
        return self._engine

    @property
    def info(self) -> EngineInfo:
        """What the engine is."""
        return self._engine.info

    def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Completions per request, in request and seed order."""
        return self.run(self._engine.generate(requests))

    def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        """Scores per request, in order."""
        return self.run(self._engine.score(requests))

    def run(self, job: Coroutine[Any, Any, T]) -> T:
        """Wait for any coroutine on the engine's event loop.

        Raises:
            EngineError: This object is closed.
        """
        if self._loop.is_closed():
            job.close()
            raise EngineError("this engine is closed; open it again")
        future = asyncio.run_coroutine_threadsafe(job, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Close the engine and end the thread. May be called twice."""
        if self._loop.is_closed():
            return
        try:
            self.run(self._engine.aclose())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
