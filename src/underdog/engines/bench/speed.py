"""Speed of an engine on this machine: many samples of a prompt, long prompts, step-wise search.

Counted are the tokens that the engine charges: generated tokens, and prompt tokens that no prefix
cache held. Replies end where the model ends them, as in real use. A warm-up call comes first; each
measurement is repeated and the fastest is kept, since other work on the machine only ever slows it
down. Engines of other projects are compared by `benchmarks/engine.py`.
"""

import os
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from underdog.core import (
    Completion,
    Engine,
    GenerateRequest,
    Message,
    ModelShape,
    Prompt,
    SamplingParams,
    Usage,
)
from underdog.engines.machine.process_tree import used_by

COUNTS = (1, 4, 16, 64)
_STORY = (
    "{name} keeps {count} hens. Every hen lays 5 eggs a week and an egg sells for 30 cents. "
    "How much does {name} earn in a year? Explain every step in detail."
)
_WORDS = (
    "the number of eggs that the hens lay in a week is counted on every evening and written down "
)
_KEEP, _BRANCH, _STEPS, _STEP_TOKENS = 4, 4, 4, 40


@dataclass(frozen=True, slots=True)
class Speed:
    """One measurement.

    Attributes:
        what: `samples`, `prefill` or `steps`.
        rows: Rows side by side.
        tokens: Tokens generated, or read for `prefill`.
        seconds: Wall-clock seconds.
        flops: Floating-point operations for these tokens; 0 when the architecture is unknown.
        cpu_s: Processor seconds of this process and its children.
    """

    what: str
    rows: int
    tokens: int
    seconds: float
    flops: float = 0.0
    cpu_s: float = 0.0

    @property
    def tokens_per_s(self) -> float:
        """Tokens per second, all rows together."""
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def flops_per_s(self) -> float:
        """Floating-point operations per second; 0 when the architecture is unknown."""
        return self.flops / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class EngineBenchmark:
    """The measured speeds of an engine.

    Attributes:
        engine: Its registered name.
        model: Its model's name.
        fingerprint: Identifies model, engine version and settings: all that can change a token.
        speeds: One entry per measurement.
        memory_bytes: Peak memory of this process and its children; 0 when unknown.
        shape: The architecture by which FLOPs are counted; `None` when unknown.
    """

    engine: str
    model: str
    fingerprint: str
    speeds: tuple[Speed, ...]
    memory_bytes: int
    shape: ModelShape | None = None


async def benchmark(
    engine: Engine, counts: Sequence[int] = COUNTS, max_tokens: int = 100, repeats: int = 2
) -> EngineBenchmark:
    """Measure an engine.

    Args:
        engine: The engine; it should have no other requests meanwhile.
        counts: Numbers of samples of one prompt to try.
        max_tokens: Longest sample, in tokens.
        repeats: Number of times that each measurement is taken.
    """
    await sample_speed(engine, 1, 2, 0)
    speeds = [
        await _best(lambda turn, rows=rows: sample_speed(engine, rows, max_tokens, turn), repeats)
        for rows in counts
    ]
    speeds.append(await _best(lambda turn: _prefill(engine, turn), repeats))
    speeds.append(await _best(lambda turn: _step_search(engine, turn), repeats))
    info = engine.info
    memory = used_by(os.getpid()).peak_bytes
    return EngineBenchmark(
        info.engine, info.model, info.fingerprint, tuple(speeds), memory, info.shape
    )


async def _best(measure: Callable[[int], Awaitable[Speed]], repeats: int) -> Speed:
    taken = [await measure(turn) for turn in range(repeats)]
    return max(taken, key=lambda speed: speed.tokens_per_s)


class _Stopwatch:
    """Wall-clock and processor seconds since it was made."""

    def __init__(self) -> None:
        self._cpu_s = used_by(os.getpid()).cpu_s
        self._begun = time.perf_counter()

    def speed(
        self, what: str, rows: int, tokens: int, usages: Iterable[Usage], shape: ModelShape | None
    ) -> Speed:
        """The speed of the work done since the stopwatch was made."""
        seconds = time.perf_counter() - self._begun
        cpu_s = used_by(os.getpid()).cpu_s - self._cpu_s
        flops = sum(_done(usage, shape) for usage in usages)
        return Speed(what, rows, tokens, seconds, flops, cpu_s)


async def sample_speed(engine: Engine, rows: int, max_tokens: int, turn: int) -> Speed:
    """Speed of some samples of one prompt, the reading of the prompt included.

    Args:
        engine: The engine.
        rows: Samples.
        max_tokens: Longest sample, in tokens.
        turn: Any number; another one is another prompt, which no cache holds.
    """
    params = SamplingParams(temperature=0.8, max_tokens=max_tokens)
    request = GenerateRequest(_prompt(turn), params, tuple(range(rows)))
    watch = _Stopwatch()
    [drawn] = await engine.generate([request])
    usages = [row.usage for row in drawn]
    return watch.speed("samples", rows, _generated(usages), usages, engine.info.shape)


async def _prefill(engine: Engine, turn: int) -> Speed:
    """Speed of reading a prompt of half the context, with no prefix of it in a cache."""
    words = _WORDS * max(1, engine.info.context_tokens // 2 // len(_WORDS.split()))
    prompt = Prompt((Message("user", f"Report {turn} of {time.time_ns()}: {words}"),))
    watch = _Stopwatch()
    [[row]] = await engine.generate([GenerateRequest(prompt, SamplingParams(max_tokens=1), (0,))])
    read = row.usage.prompt_tokens - row.usage.cached_prompt_tokens
    return watch.speed("prefill", 1, read, [row.usage], engine.info.shape)


async def _step_search(engine: Engine, turn: int) -> Speed:
    """Speed of a beam search: after every step the best beams are kept and branch again."""
    params = SamplingParams(temperature=0.8, max_tokens=_STEP_TOKENS, stop=("\n\n",))
    prefixes = [""]
    usages: list[Usage] = []
    watch = _Stopwatch()
    for step in range(_STEPS):
        seeds = tuple(range(step * 100, step * 100 + _KEEP * _BRANCH // len(prefixes)))
        requests = [GenerateRequest(_prompt(turn, prefix), params, seeds) for prefix in prefixes]
        groups = await engine.generate(requests)
        beams = [
            (_mean_logprob(row), prefix + row.text + "\n\n")
            for prefix, rows in zip(prefixes, groups, strict=True)
            for row in rows
        ]
        usages += [row.usage for rows in groups for row in rows]
        prefixes = [text for _, text in sorted(beams, reverse=True)[:_KEEP]]
    return watch.speed("steps", _KEEP * _BRANCH, _generated(usages), usages, engine.info.shape)


def _done(usage: Usage, shape: ModelShape | None) -> float:
    """FLOPs that the engine really did: without the part of the prompt that it had cached."""
    if shape is None:
        return usage.flops
    return max(0.0, usage.flops - shape.flops(0, usage.cached_prompt_tokens))


def _generated(usages: Iterable[Usage]) -> int:
    return sum(usage.generated_tokens for usage in usages)


def _prompt(turn: int, prefix: str = "") -> Prompt:
    story = _STORY.format(name=("Ann", "Ben", "Cleo", "Dana")[turn % 4], count=12 + turn)
    return Prompt((Message("user", story),), prefix)


def _mean_logprob(row: Completion) -> float:
    logprobs = row.trace.logprobs
    return sum(logprobs) / len(logprobs) if logprobs else float("-inf")
