"""How fast an engine is on this machine: many samples of a prompt, long prompts, step-wise search.

What is counted is what the engine charges: tokens generated, and prompt tokens that no prefix cache
served. Replies end where the model ends them, as in real use. One warming call goes before every
measurement; each is taken several times, and the best is kept, since other work only ever adds to
it.
"""

import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from underdog.core import (
    Completion,
    Engine,
    GenerateRequest,
    Message,
    Prompt,
    SamplingParams,
)

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
    """

    what: str
    rows: int
    tokens: int
    seconds: float
    flops: float = 0.0

    @property
    def tokens_per_s(self) -> float:
        """Tokens per second, all rows together."""
        return self.tokens / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class EngineBenchmark:
    """What was measured of an engine.

    Attributes:
        engine: Its registered name.
        model: Its model.
        fingerprint: All that can change its tokens.
        speeds: The measurements.
        memory_bytes: Most memory that this process and its children held; 0 when unknown.
    """

    engine: str
    model: str
    fingerprint: str
    speeds: tuple[Speed, ...]
    memory_bytes: int

    @property
    def best_flops_per_s(self) -> float:
        """The highest rate of floating-point operations that any measurement reached."""
        return max(
            (speed.flops / speed.seconds for speed in self.speeds if speed.seconds), default=0
        )


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
    return EngineBenchmark(info.engine, info.model, info.fingerprint, tuple(speeds), _memory())


async def _best(measure: Callable[[int], Awaitable[Speed]], repeats: int) -> Speed:
    taken = [await measure(turn) for turn in range(repeats)]
    return max(taken, key=lambda speed: speed.tokens_per_s)


async def _samples(engine: Engine, rows: int, max_tokens: int, turn: int) -> Speed:
    params = SamplingParams(temperature=0.8, max_tokens=max_tokens)
    request = GenerateRequest(_prompt(turn), params, tuple(range(rows)))
    begun = time.perf_counter()
    [drawn] = await engine.generate([request])
    seconds = time.perf_counter() - begun
    usages = [row.usage for row in drawn]
    tokens = sum(usage.generated_tokens for usage in usages)
    return Speed("samples", rows, tokens, seconds, sum(usage.flops for usage in usages))


async def _prefill(engine: Engine, turn: int) -> Speed:
    """A prompt of half the context that nothing in a cache begins like."""
    words = _WORDS * max(1, engine.info.context_tokens // 2 // len(_WORDS.split()))
    prompt = Prompt((Message("user", f"Report {turn} of {time.time_ns()}: {words}"),))
    begun = time.perf_counter()
    [[row]] = await engine.generate([GenerateRequest(prompt, SamplingParams(max_tokens=1), (0,))])
    seconds = time.perf_counter() - begun
    read = row.usage.prompt_tokens - row.usage.cached_prompt_tokens
    return Speed("prefill", 1, read, seconds, row.usage.flops)


async def _step_search(engine: Engine, turn: int) -> Speed:
    """Beams that are cut back to a few after every step, and branch again."""
    params = SamplingParams(temperature=0.8, max_tokens=_STEP_TOKENS, stop=("\n\n",))
    prefixes = [""]
    tokens, flops = 0, 0.0
    begun = time.perf_counter()
    for step in range(_STEPS):
        seeds = tuple(range(step * 100, step * 100 + _KEEP * _BRANCH // len(prefixes)))
        requests = [GenerateRequest(_prompt(turn, prefix), params, seeds) for prefix in prefixes]
        groups = await engine.generate(requests)
        beams = [
            (_mean_logprob(row), prefix + row.text + "\n\n")
            for prefix, rows in zip(prefixes, groups, strict=True)
            for row in rows
        ]
        usages = [row.usage for rows in groups for row in rows]
        tokens += sum(usage.generated_tokens for usage in usages)
        flops += sum(usage.flops for usage in usages)
        prefixes = [text for _, text in sorted(beams, reverse=True)[:_KEEP]]
    return Speed("steps", _KEEP * _BRANCH, tokens, time.perf_counter() - begun, flops)


def _prompt(turn: int, prefix: str = "") -> Prompt:
    story = _STORY.format(name=("Ann", "Ben", "Cleo", "Dana")[turn % 4], count=12 + turn)
    return Prompt((Message("user", story),), prefix)


def _mean_logprob(row: Completion) -> float:
    logprobs = row.trace.logprobs
    return sum(logprobs) / len(logprobs) if logprobs else float("-inf")


def _memory() -> int:
    """Most memory that this process and its children held; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * sum(resource.getrusage(kind).ru_maxrss for kind in kinds)
