"""What underdog itself costs per sample: majority voting with an engine that costs nothing.

    python benchmarks/overhead.py [--problems 1000] [--samples 16] [--checker numeric]

Prints samples per second with the store in a file, without a store, resumed and replayed; where
the time goes; and the share of a real engine's time that this is. Wall time suffers from whatever
else the machine does; the processor time of this process is the steadier number.
"""

import argparse
import asyncio
import cProfile
import pstats
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from underdog.core import Checker, Problem, Prompt, Question, RolloutStore, SandboxResult, Shot
from underdog.engines.scripted import ScriptedEngine
from underdog.forms import forms
from underdog.grading import open_checker
from underdog.measure.results import ArmResult
from underdog.runs.manifest import describe
from underdog.runs.replay import replay_arm
from underdog.runs.runner import Arm, run_arm
from underdog.runs.store.memory_store import MemoryStore
from underdog.runs.store.store import Store
from underdog.strategies import strategies
from underdog.strategies.running.bench import Bench

TARGET_PER_S = 20_000
ALLOWED_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Sums:
    """Additions; the scripted engine gets about two in three right."""

    checker: Checker
    count: int
    name: str = "sums"
    splits: tuple[str, ...] = ("test",)
    forms: tuple[str, ...] = ("cot",)

    def problems(self, split: str, limit: int | None = None) -> Iterator[Problem]:
        """All of them."""
        for number in range(self.count if limit is None else limit):
            question = Question(f"q{number}", self.name, f"What is {number} + 7?")
            yield Problem(question, gold=str(number + 7), split=split)

    def shots(self, form: str) -> tuple[Shot, ...]:
        """None, to keep prompts short."""
        return ()


class NoSandbox:
    """Chain of thought runs no programs."""

    name = "none"

    def run(self, program: str, limits: object = None) -> SandboxResult:
        """Never called."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing to close."""


def reply(prompt: Prompt, seed: int) -> str:
    """A short chain with an answer that is right for two seeds of three."""
    number = int(prompt.messages[-1].content.split()[2])
    return f"{number} + 7 makes this.\nThe answer is {number + 7 + (seed % 3 == 0)}."


def bench(store: RolloutStore, task: Sums) -> Bench:
    """Everything real but the engine and the sandbox."""
    return Bench(
        engines={"main": ScriptedEngine(reply)},
        forms={"cot": forms.create("cot")},
        form="cot",
        task=task,
        sandbox=NoSandbox(),
        store=store,
    )


def timed(what: str, samples: int, work: Callable[[], ArmResult]) -> float:
    """Run once; print samples per second; return processor seconds per sample."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    accuracy = result.num_right / len(result.items)
    print(
        f"{what:<22} {samples / wall:>9,.0f} samples/s wall   {samples / cpu:>9,.0f} per CPU-second"
        f"   {1e6 * cpu / samples:6.1f} µs each   (accuracy {accuracy:.3f})"
    )
    return cpu / samples


def shares(profile: cProfile.Profile) -> list[tuple[str, float]]:
    """Own time by package, largest first, as shares of all."""
    total: dict[str, float] = defaultdict(float)
    for (path, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        parts = Path(path).parts
        if "underdog" in parts:
            place = "underdog." + parts[len(parts) - parts[::-1].index("underdog")]
        elif "sqlite3" in name:
            place = "sqlite"
        elif path == "~":
            place = "built-in functions"
        else:
            place = f"python: {Path(path).parent.name}/{Path(path).name}"
        total[place] += own
    everything = sum(total.values())
    return sorted(((key, own / everything) for key, own in total.items()), key=lambda row: -row[1])


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--problems", type=int, default=1000)
    options.add_argument("--samples", type=int, default=16)
    options.add_argument("--strategy", default="majority:n={n}")
    options.add_argument("--checker", default="numeric")
    chosen = options.parse_args()
    task = Sums(open_checker(chosen.checker), chosen.problems)
    problems = list(task.problems("test"))
    strategy = strategies.create(chosen.strategy.format(n=chosen.samples))
    count = chosen.problems * chosen.samples

    def arm(store: RolloutStore) -> Arm:
        return Arm("overhead", strategy, bench(store, task))

    def live(store: Store) -> ArmResult:
        manifest = describe({"main": bench(store, task)}, problems, task="sums", split="test")
        run = store.journal.begin("run", manifest)
        return asyncio.run(run_arm(arm(store), problems, run=run))

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run_arm(arm(MemoryStore()), problems[:50]))
        with Store(Path(folder) / "runs.sqlite") as store:
            cost_s = timed("sampled and stored", count, lambda: live(store))
            timed("resumed, all finished", count, lambda: live(store))
            timed("replayed", count, lambda: asyncio.run(replay_arm(arm(store), problems)))
            size = sum(path.stat().st_size for path in Path(folder).iterdir())
        timed("without a store", count, lambda: asyncio.run(run_arm(arm(MemoryStore()), problems)))
        began = time.perf_counter()
        Store(Path(folder) / "runs.sqlite").close()
        print(f"open and check {size / 1e6:.1f} MB: {1e3 * (time.perf_counter() - began):.1f} ms")
        profile = cProfile.Profile()
        with Store(Path(folder) / "profiled.sqlite") as store:
            profile.runcall(live, store)
    print("\nwhere the time goes (main thread, own time):")
    for place, share in shares(profile)[:12]:
        print(f"  {share:6.1%}  {place}")
    print(
        f"\ntarget {TARGET_PER_S:,} samples/s: {1 / cost_s:,.0f} per CPU-second; below "
        f"{ALLOWED_SHARE:.0%} of engine time from {1e3 * cost_s / ALLOWED_SHARE:.2f} ms per sample"
    )


if __name__ == "__main__":
    main()
