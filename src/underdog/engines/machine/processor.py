"""Default number of threads: the processor cores that are idle at this moment.

The load average lags by a minute: right after a build it shows an idle machine as busy. The
kernel's tick counters over a twentieth of a second show the present load. Processes of lower
priority ("nice") yield to this one and are not counted; neither is this process.
"""

import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

_WATCH_S = 0.05
_USER, _NICE, _SYSTEM, _IRQ, _SOFTIRQ, _STEAL = 0, 1, 2, 5, 6, 7
_STATISTICS = Path("/proc/stat")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def default_threads() -> int:
    """Idle physical cores that this process may use, at least 1.

    Matrix products gain nothing from a core's second hyper-thread and lose time waiting for it.
    Cores that other processes keep busy are left out: threads that wait for each other at every
    layer, one of them without a core, are many times slower than one thread alone.
    `UNDERDOG_THREADS` overrides the count.
    """
    chosen = os.environ.get("UNDERDOG_THREADS", "")
    if chosen.isdecimal() and int(chosen):
        return int(chosen)
    if sys.platform != "linux":
        return psutil.cpu_count(logical=False) or max(1, (os.cpu_count() or 2) // 2)
    cores: dict[str, list[int]] = {}
    for cpu in os.sched_getaffinity(0):
        cores.setdefault(_siblings(cpu), []).append(cpu)
    return max(1, min(_allowance(len(cores)), len(cores) - round(_busy_cores(cores))))


def _busy_cores(cores: Mapping[str, list[int]]) -> float:
    """Number of cores kept busy by other processes, measured over `_WATCH_S` seconds.

    A core counts as busy as its busiest hyper-thread.
    """
    before = _Counters.now()
    time.sleep(_WATCH_S)
    after = _Counters.now()
    ticks = (after.wall_s - before.wall_s) * _ticks_per_second()
    shares = [
        max(after.ticks.get(cpu, 0) - before.ticks.get(cpu, 0) for cpu in cpus) / ticks
        for cpus in cores.values()
    ]
    own = (after.own_s - before.own_s) / (after.wall_s - before.wall_s)
    return max(0.0, sum(min(1.0, share) for share in shares) - own)


@dataclass(frozen=True, slots=True)
class _Counters:
    """Counter readings at one moment.

    Attributes:
        ticks: Clock ticks of work by logical processor, idle and low-priority time excluded.
        own_s: Processor seconds of this process.
        wall_s: Monotonic clock in seconds.
    """

    ticks: Mapping[int, int]
    own_s: float
    wall_s: float

    @classmethod
    def now(cls) -> "_Counters":
        return cls(_work_ticks(), time.process_time(), time.perf_counter())


def _work_ticks() -> dict[int, int]:
    """Clock ticks of work by logical processor; empty on systems without `/proc/stat`.

    Read here and not through psutil, which numbers processors by line: one that is switched off
    would shift all later numbers.
    """
    counted = [_USER, _SYSTEM, _IRQ, _SOFTIRQ, _STEAL]
    if os.getpriority(os.PRIO_PROCESS, 0) > 0:
        counted.append(_NICE)
    ticks: dict[int, int] = {}
    try:
        lines = _STATISTICS.read_text().splitlines()
    except OSError:
        return {}
    for line in lines:
        name, *numbers = line.split()
        if name.startswith("cpu") and name[3:].isdecimal() and len(numbers) > _STEAL:
            ticks[int(name[3:])] = sum(int(numbers[place]) for place in counted)
    return ticks


def _ticks_per_second() -> int:
    return os.sysconf("SC_CLK_TCK")


def _allowance(otherwise: int) -> int:
    """Whole processors that the container's quota allows, at least 1; `otherwise` without one."""
    try:
        quota, period = _QUOTA.read_text().split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return otherwise


def _siblings(cpu: int) -> str:
    path = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return path.read_text().strip()
    except OSError:
        return str(cpu)
