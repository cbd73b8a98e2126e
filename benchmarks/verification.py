"""Program-form items verified through the sandbox, in one streaming run; peak memory printed.

python benchmarks/verification.py 100000 2
"""

import os
import resource
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from underdog.data.dataset.card.plan import plan_of
from underdog.data.dataset.progress import WriteProgress
from underdog.data.making.make import make

SPECS = ("addition:digits=12", "words")


def tree_mib() -> float:
    """Resident memory of this process and all below it, in MiB; shared pages count each time."""
    own, resident = psutil.Process(), 0
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            resident += process.memory_info().rss
    return resident / 2**20


def main() -> None:
    """Make and verify, then print rate and memory."""
    count, workers = int(sys.argv[1]), int(sys.argv[2])
    peak = 0.0

    def watch(how_far: WriteProgress) -> None:
        nonlocal peak
        peak = max(peak, tree_mib())
        print(f"{how_far.done:,} at {how_far.per_second:,.0f}/s, {peak:,.0f} MiB", flush=True)

    plan = plan_of(SPECS, count, ["program"], shard_problems=5_000)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        card = make(plan, Path(folder) / "data", jsonl=False, workers=workers, progress=watch)
    seconds = time.perf_counter() - began
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{card.verified:,} program-form rows verified in {seconds:,.0f} s with {workers} workers: "
        f"{card.verified / seconds:,.0f}/s; peak memory {peak:,.0f} MiB over all processes (at the "
        f"ends of shards), {own:,.0f} MiB in this one; load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
