"""How fast an engine is on this machine: many samples of a prompt, long prompts, step-wise search.

What is counted is what the engine charges: tokens generated, and prompt tokens that no prefix cache
served. Replies end where the model ends them, as in real use. A warming call goes before everything
else; each measurement is taken several times, and the best is kept, since other work only ever adds
to it. Comparing engines of other makers is the business of `benchmarks/engine.py`.
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
        flops: Their floating-point operations; 0 when the architecture is unknown.
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
    """What was measured of an engine.

    Attributes:
        engine: Its registered name.
        model: Its model.
        fingerprint: All that can change its tokens.
        speeds: The measurements.
        memory_bytes: Most memory that this process and its children held; 0 when unknown.
        shape: The architecture that operations are counted from, when it is known.
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
        engine: What to measure; it should have nothing else to do.
        counts: Numbers of samples of one prompt.
        max_tokens: Longest sample.
        repeats: Times that each measurement is taken.
    """
    await _samples(engine, 1, 2, 0)
    speeds = [
        await _best(lambda turn, rows=rows: _samples(engine, rows, max_tokens, turn), repeats)
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

    def speed(self, what: str, rows: int, tokens: int, usages: Iterable[Usage]) -> Speed:
        """What was done in this time."""
        seconds = time.perf_counter() - self._begun
        cpu_s = used_by(os.getpid()).cpu_s - self._cpu_s
        return Speed(what, rows, tokens, seconds, sum(usage.flops for usage in usages), cpu_s)


async def _samples(engine: Engine, rows: int, max_tokens: int, turn: int) -> Speed:
    params = SamplingParams(temperature=0.8, max_tokens=max_tokens)
    request = GenerateRequest(_prompt(turn), params, tuple(range(rows)))
    watch = _Stopwatch()
    [drawn] = await engine.generate([request])
    usages = [row.usage for row in drawn]
    return watch.speed("samples", rows, _generated(usages), usages)


async def _prefill(engine: Engine, turn: int) -> Speed:
    """A prompt of half the context that nothing in a cache begins like."""
    words = _WORDS * max(1, engine.info.context_tokens // 2 // len(_WORDS.split()))
    prompt = Prompt((Message("user", f"Report {turn} of {time.time_ns()}: {words}"),))
    watch = _Stopwatch()
    [[row]] = await engine.generate([GenerateRequest(prompt, SamplingParams(max_tokens=1), (0,))])
    read = row.usage.prompt_tokens - row.usage.cached_prompt_tokens
    return watch.speed("prefill", 1, read, [row.usage])


async def _step_search(engine: Engine, turn: int) -> Speed:
    """Beams that are cut back to a few after every step, and branch again."""
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
    return watch.speed("steps", _KEEP * _BRANCH, _generated(usages), usages)


def _generated(usages: Iterable[Usage]) -> int:
    return sum(usage.generated_tokens for usage in usages)


def _prompt(turn: int, prefix: str = "") -> Prompt:
    story = _STORY.format(name=("Ann", "Ben", "Cleo", "Dana")[turn % 4], count=12 + turn)
    return Prompt((Message("user", story),), prefix)


def _mean_logprob(row: Completion) -> float:
    logprobs = row.trace.logprobs
    return sum(logprobs) / len(logprobs) if logprobs else float("-inf")
