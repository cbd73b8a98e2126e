"""What a process and its children have used: processor time, and the most memory they held.

An engine may live in child processes, and the system's own totals know only of children that have
ended. On Linux the living ones are looked up under `/proc`; elsewhere the totals have to do.
Memory that several of them share, and files that are mapped, are counted for each.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

_PROCESSES = Path("/proc")
_PARENT, _TIMES = 1, slice(11, 15)
"""Fields of `/proc/N/stat` behind the process's name."""


@dataclass(frozen=True, slots=True)
class Used:
    """What was used so far.

    Attributes:
        cpu_s: Processor seconds, user and system, of children that have ended too.
        peak_bytes: Sum of the most memory that each living process held; 0 when unknown.
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
    if not (_PROCESSES / "self" / "stat").exists():
        return _own_totals() if process == os.getpid() else Used()
    children: dict[int, list[int]] = {}
    for entry in _PROCESSES.iterdir():
        if entry.name.isdecimal() and (found := _stat(int(entry.name))):
            children.setdefault(int(found[_PARENT]), []).append(int(entry.name))
    total, family = Used(), [process]
    while family:
        one = family.pop()
        family.extend(children.get(one, []))
        total += _used_by_one(one)
    return total


def _used_by_one(process: int) -> Used:
    found = _stat(process)
    if not found:
        return Used()
    ticks = sum(map(int, found[_TIMES]))
    return Used(ticks / os.sysconf("SC_CLK_TCK"), _peak_bytes(process))


def _stat(process: int) -> list[str]:
    """Fields behind the name, which may hold blanks and brackets; none for a process that ended."""
    try:
        text = (_PROCESSES / str(process) / "stat").read_text(errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _peak_bytes(process: int) -> int:
    try:
        lines = (_PROCESSES / str(process) / "status").read_text(errors="replace").splitlines()
    except OSError:
        return 0
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return 1024 * sum(kilobytes)


def _own_totals() -> Used:
    """What the system says of this process and the children that have ended."""
    if sys.platform == "win32":
        return Used(sum(os.times()[:4]))
    import resource

    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    totals = [resource.getrusage(kind) for kind in kinds]
    unit = 1 if sys.platform == "darwin" else 1024
    cpu_s = sum(total.ru_utime + total.ru_stime for total in totals)
    return Used(cpu_s, unit * sum(total.ru_maxrss for total in totals))
