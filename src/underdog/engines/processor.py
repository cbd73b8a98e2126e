"""How many processor cores are worth a thread each."""

import os
import sys
from pathlib import Path


def default_threads() -> int:
    """Physical cores this process may run on, hyper-threads of one core counted once; at least 1.

    Matrix products gain nothing from a core's second hyper-thread and lose time waiting for it.
    `UNDERDOG_THREADS` overrides the count: on a machine that other work keeps busy, threads that
    wait for each other at every layer are many times slower than one thread.
    """
    chosen = os.environ.get("UNDERDOG_THREADS", "")
    if chosen.isdecimal() and int(chosen):
        return int(chosen)
    if sys.platform != "linux":
        return max(1, (os.cpu_count() or 2) // 2)
    allowed = os.sched_getaffinity(0)
    siblings = {_siblings(cpu) for cpu in allowed}
    return max(1, len(siblings))


def _siblings(cpu: int) -> str:
    path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return path.read_text().strip()
    except OSError:
        return str(cpu)
