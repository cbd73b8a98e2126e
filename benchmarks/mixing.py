"""Examples a second through a mixture of finite pools, and whether memory stays where it is.

Three pools of stored items with drawn lengths; shares 70, 25 and 5%. Two figures: the stream of
rows as Arrow tables, and the interleaver alone. With `--tests` the stored items are compared with
the catalogue's test sets on this machine (UNDERDOG_DATA_DIR), each once.

    python benchmarks/mixing.py 10000000 [--tests]
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from underdog.core import Example, Segment
from underdog.data.dataset.blocks import ParquetBlocks
from underdog.data.dataset.writing import write_dataset
from underdog.data.decontamination import protect
from underdog.data.making.interleave import Interleaver
from underdog.data.mixing.mixture import Mixture
from underdog.data.mixing.pools import FinitePool

SHARES = {"big": 0.7, "middle": 0.25, "rare": 0.05}
STORED = {"big": 60_000, "middle": 30_000, "rare": 5_000}


def pool(folder: Path, name: str) -> FinitePool:
    """A stored pool with texts of 20 to 200 characters."""
    rng = Random(name)
    examples = (
        Example(
            f"{name}-{number}",
            (
                Segment(f"{name} question {number} " + "q" * rng.randint(1, 60), "user", 0.0),
                Segment("a" * rng.randint(1, 120), "assistant", 1.0),
            ),
        )
        for number in range(STORED[name])
    )
    write_dataset(folder / name, examples, origin={})
    return FinitePool(name, ParquetBlocks.of(folder / name), seed=0)


def peak_mib() -> float:
    """Most memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    count, index = int(sys.argv[1]), protect().index if "--tests" in sys.argv else None
    with tempfile.TemporaryDirectory() as folder:
        pools = [pool(Path(folder), name) for name in SHARES]
        mixture = Mixture(pools, list(SHARES.values()), index=index)
        began, cpu, done, marks = time.perf_counter(), time.process_time(), 0, list[int]()
        for piece in mixture.stream(items=count, steps=16_384):
            done += piece.rows.num_rows
            if done * 10 // count > len(marks):
                marks.append(round(peak_mib()))
        wall, used = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"rows: {done:,} in {wall:,.0f} s, {done / wall:,.0f}/s on the wall, {done / used:,.0f}/s "
        f"of processor time; peak MiB at each tenth {marks}; load {os.getloadavg()[0]:.1f}"
    )
    rng = Random(0)
    sizes = [[rng.randint(20, 200) for _ in range(1_000_000)] for _ in SHARES]
    turns, cpu = Interleaver(list(SHARES.values())), time.process_time()
    chosen = len(turns.choose(sizes, 1_000_000))
    rate = chosen / (time.process_time() - cpu)
    print(f"interleaver alone: {rate:,.0f} choices/s of processor time")


if __name__ == "__main__":
    main()
