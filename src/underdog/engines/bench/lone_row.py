"""Which of two engines draws a single sample faster on this machine, measured once.

OpenVINO multiplies at least two rows at a time, and where the processor has no products of 8-bit
integers (VNNI) it unpacks every weight to float32 first, which many rows share and a lone one pays
for alone. llama.cpp multiplies the file's own blocks. Which is faster for a lone row depends on the
processor and on the model's shape, so both are opened, draw a few tokens in turns, and the rates
are kept in the cache folder under what they depend on. From two rows on nothing is measured:
there OpenVINO was level or faster on every processor tried (`docs/engine-performance.md`).
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

from underdog.core import Engine
from underdog.engines.bench.speed import Speed, sample_speed
from underdog.engines.machine.instructions import processor_identity
from underdog.engines.machine.memory import free_bytes
from underdog.errors import UnderdogError
from underdog.files import cache_folder, write_atomic
from underdog.models.gguf.header import read_gguf_header

T = TypeVar("T")

LocalEngine: TypeAlias = Literal["llama_cpp", "openvino", "transformers"]
"""Engines that run a model file in this process or a child of it."""

Rates: TypeAlias = Mapping[LocalEngine, float]

_RIVALS: tuple[LocalEngine, ...] = ("openvino", "llama_cpp")
_PACKAGES: tuple[str, ...] = ("openvino", "xllamacpp")
_TOKENS = 24
_TURNS = 3
_ENOUGH_S = 1.0
_MOST_BYTES = 600_000_000


def comparable(path: Path) -> bool:
    """Whether a model file is small enough to be opened by both engines just to compare them."""
    size_bytes = path.stat().st_size
    return size_bytes <= _MOST_BYTES and 4 * size_bytes <= free_bytes()


def recorded(path: Path, threads: int) -> Rates | None:
    """Tokens per second by engine, as measured earlier here; `None` when it was not.

    Args:
        path: A GGUF file.
        threads: Threads for matrix products.
    """
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(_record(path, threads).read_bytes())["tokens_per_s"]
        return {name: float(kept[name]) for name in _RIVALS}
    return None


def measured(path: Path, threads: int, opened: Callable[[LocalEngine], Engine]) -> Rates:
    """Measure both engines, in turns for about a second, and keep the rates.

    Args:
        path: A GGUF file.
        threads: Threads for matrix products, which `opened` gives the engines.
        opened: Opens one of the engines; it is closed here.

    Raises:
        UnderdogError: An engine cannot be opened, or cannot work.
    """
    rates = _apart(_compared(opened, threads))
    with suppress(OSError, UnderdogError):
        about = {"processor": processor_identity(), "model": path.name}
        text = json.dumps({**about, "threads": threads, "tokens_per_s": rates}, indent=1)
        write_atomic(_record(path, threads), lambda file: file.write(text.encode()))
    return rates


def _record(path: Path, threads: int) -> Path:
    """The file with the rates of a model's shape on this kind of processor with these versions."""
    shape = sorted(
        (name, place.kind, *place.shape) for name, place in read_gguf_header(path).tensors.items()
    )
    depends_on = [
        processor_identity(),
        "one thread" if threads == 1 else "threads",
        *(f"{package} {version(package)}" for package in _PACKAGES),
        json.dumps(shape),
    ]
    key = hashlib.sha256("\n".join(depends_on).encode()).hexdigest()[:24]
    return cache_folder() / "rates" / f"{key}.json"


async def _compared(opened: Callable[[LocalEngine], Engine], threads: int) -> Rates:
    """Rates after a warm-up; a turn's prompt is new to both."""
    engines: dict[LocalEngine, Engine] = {}
    try:
        for name in _RIVALS:
            engines[name] = opened(name)
            await sample_speed(engines[name], 1, 2, 0)
        turns: list[dict[LocalEngine, Speed]] = []
        begun = time.perf_counter()
        while len(turns) < _TURNS and time.perf_counter() - begun < _ENOUGH_S:
            turns.append(
                {
                    name: await sample_speed(engine, 1, _TOKENS, 1 + len(turns))
                    for name, engine in engines.items()
                }
            )
        return _highest(turns, threads)
    finally:
        for engine in engines.values():
            await engine.aclose()


def _highest(turns: Sequence[Mapping[LocalEngine, Speed]], threads: int) -> Rates:
    """The highest rates over the turns in which both drew at least half of the tokens.

    A reply that ends early is mostly the reading of its prompt. A model whose replies all do is
    judged by them, one without any token counting as a token. One thread is timed by its processor
    seconds, which other work on the machine leaves alone; several by the clock.
    """

    def rate(speed: Speed) -> float:
        seconds = (speed.cpu_s if threads == 1 else 0.0) or speed.seconds
        return max(speed.tokens, 1) / seconds

    full = [turn for turn in turns if min(one.tokens for one in turn.values()) >= _TOKENS // 2]
    return {name: max(rate(turn[name]) for turn in full or turns) for name in _RIVALS}


def _apart(work: Coroutine[Any, Any, T]) -> T:
    """Result of a coroutine run in a thread of its own: the caller may have a running loop."""
    with ThreadPoolExecutor(1, "underdog-rates") as thread:
        return thread.submit(asyncio.run, work).result()
