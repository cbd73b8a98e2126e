"""Total memory of this machine, and an estimate of the memory that this process can still take.

The estimate follows the operating system and the container's limit; other programs take and
release memory at any time.
"""

from pathlib import Path

import psutil

_CONTAINER = Path("/sys/fs/cgroup")


def total_bytes() -> int:
    """Physical memory of this machine in bytes."""
    return psutil.virtual_memory().total


def free_bytes() -> int:
    """Bytes of memory that can be taken without swapping, at least 1."""
    known = [psutil.virtual_memory().available]
    if (left := _of_container()) is not None:
        known.append(left)
    return max(1, min(known))


def _of_container() -> int | None:
    """Bytes left below the container's limit, droppable file pages counted as free.

    `None` when there is no limit.
    """
    try:
        limit = int((_CONTAINER / "memory.max").read_text())
        used = int((_CONTAINER / "memory.current").read_text())
        lines = (_CONTAINER / "memory.stat").read_text().splitlines()
        files = dict(line.split(maxsplit=1) for line in lines)
        return limit - used + int(files.get("inactive_file", 0))
    except (OSError, ValueError):
        return None
