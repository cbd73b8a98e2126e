"""How many processor cores are worth a thread each."""

import os
import sys
from pathlib import Path


def default_threads() -> int:
    """Idle physical cores that this process may use, at least 1.

    Matrix products gain nothing from a core's second hyper-thread and lose time waiting for it.
    Cores that other work keeps busy (by the load of the last minute) are left out: threads that
    wait for each other at every layer, one of them without a core, are many times slower than one
    thread alone. `UNDERDOG_THREADS` overrides the count.
    """
    chosen = os.environ.get("UNDERDOG_THREADS", "")
    if chosen.isdecimal() and int(chosen):
        return int(chosen)
    if sys.platform != "linux":
        return max(1, (os.cpu_count() or 2) // 2)
    cores = {_siblings(cpu) for cpu in os.sched_getaffinity(0)}
    return max(1, len(cores) - round(_load()))


def _load() -> float:
    """Runnable processes on average over the last minute; 0 where the system does not say."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return 0.0


def _siblings(cpu: int) -> str:
    path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return path.read_text().strip()
    except OSError:
        return str(cpu)
