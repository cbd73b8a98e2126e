"""How much memory this process can still take, as the system and its container see it.

It is an estimate: other programs take and give back memory at any time.
"""

from pathlib import Path

_MEMORY = Path("/proc/meminfo")
_CONTAINER = Path("/sys/fs/cgroup")


def free_bytes() -> int:
    """Memory that can be taken without swapping; 0 where the system does not say."""
    known = [amount for amount in (_of_system(), _of_container()) if amount is not None]
    return max(1, min(known)) if known else 0


def _of_system() -> int | None:
    try:
        lines = _MEMORY.read_text().splitlines()
        found = next(line for line in lines if line.startswith("MemAvailable:"))
        return int(found.split()[1]) << 10
    except (OSError, StopIteration, ValueError, IndexError):
        return None


def _of_container() -> int | None:
    """What is left below a container's limit; pages of files that can be dropped do not count."""
    try:
        limit = int((_CONTAINER / "memory.max").read_text())
        used = int((_CONTAINER / "memory.current").read_text())
        lines = (_CONTAINER / "memory.stat").read_text().splitlines()
        files = dict(line.split(maxsplit=1) for line in lines)
        return limit - used + int(files.get("inactive_file", 0))
    except (OSError, ValueError):
        return None
