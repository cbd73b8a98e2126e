"""Step search with several problems in flight: how full the decoding loop's slots are.

    python benchmarks/engine_step_search.py model.gguf --problems 12 --in-flight 8

Every problem keeps 4 beams, branches each 4 times and samples until a blank line, as a step-wise
search by a verifier does; the mean log-probability stands in for the verifier. Counted inside the
engine's loop: useful slots are rows extended by a token over rows that the step had room for. Two
windows are shown: the whole run with its tail, in which fewer and fewer problems are left, and the
part in which as many problems as wanted were in flight. Read tokens are prompt tokens that had to
be computed: a kept step is read once more, because what is decoded row by row and what is read as
a prompt differ in the last bits, and rows must not depend on how their opening came to be.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from underdog.core import Completion, GenerateRequest, Message, Prompt, SamplingParams
from underdog.engines.openvino import OpenVinoEngine
from underdog.engines.openvino.decoding.counters import Counters

PLACES = ("museum", "pool", "cinema", "hall", "library", "garden", "zoo", "theatre")
PEOPLE = ("Amara", "Boris", "Chidi", "Dolores", "Emre", "Farah", "Goran")


@dataclass(frozen=True)
class Shape:
    """How the search goes."""

    keep: int
    branch: int
    steps: int
    step_tokens: int


def problem(number: int) -> Prompt:
    """One of many questions that begin alike and ask for several steps."""
    name, place = PEOPLE[number % len(PEOPLE)], PLACES[number % len(PLACES)]
    text = (
        "Solve the problem step by step. Write a blank line between two steps.\n\n"
        f"{name} runs a {place}. On Monday {12 + number} people come, on Tuesday "
        f"{5 + number} more than on Monday, on Wednesday half as many as on Tuesday. Each pays "
        f"{3 + number % 4} dollars. How much money does {name} take in over the three days?"
    )
    return Prompt((Message("user", text),))


async def search(engine: OpenVinoEngine, number: int, shape: Shape) -> int:
    """Solve one problem; the tokens that were sampled."""
    params = SamplingParams(temperature=0.8, max_tokens=shape.step_tokens, stop=("\n\n",))
    prompt = problem(number)
    prefixes, sampled = [""], 0
    for step in range(shape.steps):
        width = shape.keep * shape.branch // len(prefixes)
        seeds = tuple(1000 * step + place for place in range(width))
        requests = [
            GenerateRequest(Prompt(prompt.messages, prefix), params, seeds) for prefix in prefixes
        ]
        groups = await engine.generate(requests)
        beams: dict[str, float] = {}
        for prefix, rows in zip(prefixes, groups, strict=True):
            for row in rows:
                sampled += row.usage.generated_tokens
                if row.stop_string:
                    beams[f"{prefix}{row.text}\n\n"] = mean_logprob(row)
        if not beams:
            break
        prefixes = sorted(beams, key=beams.__getitem__, reverse=True)[: shape.keep]
    return sampled


def mean_logprob(row: Completion) -> float:
    """How sure the model was of a step."""
    return sum(row.trace.logprobs) / max(1, len(row.trace.logprobs))


async def run(engine: OpenVinoEngine, problems: int, in_flight: int, shape: Shape) -> None:
    """Search all problems, as many at once as wanted, and print what was counted."""
    gate = asyncio.Semaphore(in_flight)
    marks: list[Counters] = []
    left = problems

    async def one(number: int) -> int:
        nonlocal left
        async with gate:
            tokens = await search(engine, number, shape)
        left -= 1
        if left == in_flight - 1:
            marks.append(engine.counters)
        return tokens

    first, clock, processor = engine.counters, time.perf_counter(), time.process_time()
    sampled = sum(await asyncio.gather(*map(one, range(problems))))
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    whole = engine.counters.since(first)
    show("whole run", whole)
    for mark in marks:
        show(f"{in_flight} in flight", mark.since(first))
    print(
        f"{sampled} tokens sampled, {sampled / clock:.0f} tokens/s on the clock, "
        f"{sampled / processor:.0f} a processor second; {whole.read_tokens / sampled:.2f} tokens "
        f"read and {whole.cached_tokens / sampled:.2f} served by the prefix cache for each"
    )


def show(name: str, counted: Counters) -> None:
    """One line of counts."""
    print(
        f"{name:>12}: useful slots {counted.useful:6.1%}, {counted.steps} steps, "
        f"{counted.rows} rows extended of {counted.slots}, {counted.read_tokens} tokens read, "
        f"{counted.cached_tokens} cached"
    )


async def cost_of_reading(engine: OpenVinoEngine, rows: int, shape: Shape) -> None:
    """Processor time of a token that is read, and of one that is sampled."""
    words = " ".join(f"{number} and" for number in range(100))
    reading = min([await spent(engine, f"{turn} {words}", 1, 1) for turn in range(3)])
    sampling = await spent(engine, problem(0).messages[0].content, rows, shape.step_tokens)
    print(
        f"a token read costs {reading * 1e3:.2f} ms of processor time, a token sampled among "
        f"{rows} rows {sampling * 1e3:.2f} ms"
    )


async def spent(engine: OpenVinoEngine, text: str, rows: int, max_tokens: int) -> float:
    """Processor seconds a token: of those read where one is sampled, else of those sampled."""
    prompt = Prompt((Message("user", text),))
    request = GenerateRequest(prompt, SamplingParams(max_tokens=max_tokens), tuple(range(rows)))
    before, begun = engine.counters, time.process_time()
    await engine.generate([request])
    seconds, done = time.process_time() - begun, engine.counters.since(before)
    return seconds / (done.read_tokens if max_tokens == 1 else done.rows)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--problems", type=int, default=12)
    parser.add_argument("--in-flight", type=int, default=8)
    parser.add_argument("--keep", type=int, default=4)
    parser.add_argument("--branch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--step-tokens", type=int, default=80)
    parser.add_argument("--max-rows", type=int, default=32)
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args()
    engine = OpenVinoEngine(given.model, max_rows=given.max_rows, threads=given.threads)
    shape = Shape(given.keep, given.branch, given.steps, given.step_tokens)

    async def everything() -> None:
        try:
            await cost_of_reading(engine, given.max_rows, shape)
            await run(engine, given.problems, given.in_flight, shape)
        finally:
            await engine.aclose()

    asyncio.run(everything())


if __name__ == "__main__":
    main()
