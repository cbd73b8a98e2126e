"""Processor time and peak memory of a process and its child processes.

An engine may run in child processes, and the operating system's own totals include only children
that have ended. Shared memory and memory-mapped files are counted once per process.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

_PROCESSES = Path("/proc")


@dataclass(frozen=True, slots=True)
class Used:
    """Processor time and memory that processes have used so far.

    Attributes:
        cpu_s: Processor seconds, user and system; on Linux ended children are included.
        peak_bytes: Sum of the living processes' peak resident memory; of their present resident
            memory on systems that do not record the peak.
    """

    cpu_s: float = 0.0
    peak_bytes: int = 0

    def __add__(self, other: "Used") -> "Used":
        return Used(self.cpu_s + other.cpu_s, self.peak_bytes + other.peak_bytes)


def used_by(process: int) -> Used:
    """Usage of a process and its living descendants; zeros when the process has ended.

    Args:
        process: The process id.
    """
    import psutil

    try:
        first = psutil.Process(process)
        family = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return Used()
    return sum(map(_used_by_one, family), Used())


def _used_by_one(process: "psutil.Process") -> Used:
    import psutil

    try:
        with process.oneshot():
            times = process.cpu_times()
            return Used(sum(times[:4]), _peak_bytes(process))
    except psutil.Error:
        return Used()


def _peak_bytes(process: "psutil.Process") -> int:
    """Peak resident bytes of a process: from psutil on Windows, from `/proc` on Linux."""
    memory = process.memory_info()
    if sys.platform == "win32":
        return memory.peak_wset
    try:
        text = (_PROCESSES / str(process.pid) / "status").read_text(errors="replace")
    except OSError:
        return memory.rss
    kilobytes = [int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM:")]
    return 1024 * sum(kilobytes)
