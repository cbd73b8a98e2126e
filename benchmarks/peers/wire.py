"""What a peer is told and what it answers: one JSON line each; uses the standard library only."""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence

Generate = Callable[[Sequence[str], int, int], int]


def answer(load: Callable[[str], Generate]) -> None:
    """Load the model named in the task, run its cells, print the measurements.

    `load` gives a function of prompts, samples per prompt and tokens at most, which returns how
    many tokens were generated.
    """
    task = json.loads(sys.argv[1])
    started = time.perf_counter()
    generate = load(task["model"])
    loaded = time.perf_counter() - started
    generate(task["prompts"][:1], 2, 8)
    rows = []
    for cell in task["cells"]:
        prompts = task["prompts"][: cell["prompts"]]
        before, cpu = time.perf_counter(), time.process_time()
        tokens = generate(prompts, cell["samples"], cell["max_tokens"])
        seconds = time.perf_counter() - before
        rows.append(
            {
                "cell": cell["name"],
                "tokens": tokens,
                "seconds": seconds,
                "cpu_seconds": time.process_time() - cpu,
            }
        )
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"load_s": loaded, "peak_mb": max(own, children) / 1024, "rows": rows}))
