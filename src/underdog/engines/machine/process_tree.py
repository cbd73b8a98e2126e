"""What a process and its children have used: processor time, and the most memory they held.

An engine may live in child processes, and the system's own totals know only of children that have
ended. Memory that several of them share, and files that are mapped, are counted for each.
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
    """What was used so far.

    Attributes:
        cpu_s: Processor seconds, user and system; on Linux of children that have ended too.
        peak_bytes: Sum of the most memory that each living process held; on systems that do not
            keep it, of what each holds now.
    """

    cpu_s: float = 0.0
    peak_bytes: int = 0

    def __add__(self, other: "Used") -> "Used":
        return Used(self.cpu_s + other.cpu_s, self.peak_bytes + other.peak_bytes)


def used_by(process: int) -> Used:
    """What a process and its living descendants have used; nothing when it is gone.

    Args:
        process: Its id.
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
    """The most memory it held: Windows tells psutil, Linux only whoever reads this file."""
    memory = process.memory_info()
    if sys.platform == "win32":
        return memory.peak_wset
    try:
        text = (_PROCESSES / str(process.pid) / "status").read_text(errors="replace")
    except OSError:
        return memory.rss
    kilobytes = [int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM:")]
    return 1024 * sum(kilobytes)
