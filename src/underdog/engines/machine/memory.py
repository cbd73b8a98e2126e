"""How much memory this machine has, and how much this process can still take.

The second is an estimate, as the system and its container see it: other programs take and give
back memory at any time.
"""

from pathlib import Path

import psutil

_CONTAINER = Path("/sys/fs/cgroup")


def total_bytes() -> int:
    """Memory of this machine."""
    return psutil.virtual_memory().total


def free_bytes() -> int:
    """Memory that can be taken without swapping, at least 1."""
    known = [psutil.virtual_memory().available]
    if (left := _of_container()) is not None:
        known.append(left)
    return max(1, min(known))


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
