"""Measuring an engine, on one whose every cost is known."""

import asyncio
from collections.abc import Sequence

import pytest

from underdog.core import Completion, GenerateRequest, TokenTrace, Usage
from underdog.engines.bench.speed import EngineBenchmark, Speed, benchmark
from underdog.engines.scripted import ScriptedEngine


class Counting(ScriptedEngine):
    """Every row has three tokens, and a later seed is less likely."""

    def __init__(self) -> None:
        super().__init__("x")
        self.requests: list[GenerateRequest] = []

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        self.requests.extend(requests)
        return [[self._row(request, seed) for seed in request.seeds] for request in requests]

    @staticmethod
    def _row(request: GenerateRequest, seed: int) -> Completion:
        usage = Usage(1, prompt_tokens=50, cached_prompt_tokens=10, generated_tokens=3, flops=6.0)
        trace = TokenTrace((-0.1 * (seed % 100 + 1),))
        return Completion(f"step {seed}", "stop", seed, trace, usage=usage)


@pytest.fixture(scope="module")
def measured() -> tuple[Counting, EngineBenchmark]:
    engine = Counting()
    return engine, asyncio.run(benchmark(engine, counts=(2, 5), max_tokens=7, repeats=2))


def test_samples_count_what_was_generated(measured: tuple[Counting, EngineBenchmark]) -> None:
    two, five, *_ = measured[1].speeds
    assert (two.what, two.rows, two.tokens, two.flops) == ("samples", 2, 6, 12.0)
    assert (five.rows, five.tokens) == (5, 15)
    assert two.tokens_per_s == 6 / two.seconds


def test_a_long_prompt_counts_what_no_cache_served(
    measured: tuple[Counting, EngineBenchmark],
) -> None:
    engine, found = measured
    assert found.speeds[2].tokens == 40
    prompts = {r.prompt for r in engine.requests if r.params.max_tokens == 1}
    assert len(prompts) == 2


def test_a_search_keeps_the_likeliest_beams_and_branches_them(
    measured: tuple[Counting, EngineBenchmark],
) -> None:
    engine, found = measured
    steps = found.speeds[-1]
    assert (steps.what, steps.rows, steps.tokens) == ("steps", 16, 4 * 16 * 3)
    branched = [r for r in engine.requests if r.prompt.prefix.count("\n\n") == 1][:4]
    assert [r.prompt.prefix for r in branched] == [f"step {n}\n\n" for n in range(4)]
    assert all(len(r.seeds) == 4 for r in branched)


def test_rates_follow_from_counts_and_seconds() -> None:
    speed = Speed("samples", 1, 5, 2.0, 8.0)
    assert (speed.tokens_per_s, speed.flops_per_s) == (2.5, 4.0)
    nothing = Speed("samples", 1, 5, 0.0, 8.0)
    assert (nothing.tokens_per_s, nothing.flops_per_s) == (0.0, 0.0)


def test_processor_time_and_memory_are_measured_too(
    measured: tuple[Counting, EngineBenchmark],
) -> None:
    found = measured[1]
    assert all(speed.cpu_s >= 0 for speed in found.speeds)
    assert found.memory_bytes > 1_000_000
    assert found.shape is None
