"""The cache folder, checksums, bounded reading and atomic writing of files.

Files that others wrote are opened with `open_regular` and read with `read_bounded`: a device, a
pipe or a file without end is an `OSError` with the reason, before anything is read or waited for.
"""

import errno
import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from underdog.errors import UnderdogError

_BLOCK_BYTES = 1 << 22


def cache_folder() -> Path:
    """The user's cache folder for underdog, created when missing.

    `UNDERDOG_CACHE` overrides the platform's own place.
    """
    home = Path.home()
    if chosen := os.environ.get("UNDERDOG_CACHE"):
        folder = Path(chosen).expanduser()
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "underdog"
    elif sys.platform == "darwin":
        folder = home / "Library" / "Caches" / "underdog"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "underdog"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def open_regular(path: Path) -> IO[bytes]:
    """A regular file, opened for reading bytes; pipes and devices are neither waited for nor read.

    Raises:
        OSError: The file cannot be opened, or is no regular file; `strerror` says what it is.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
    descriptor = os.open(path, flags)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, f"it is {_kind(mode)}, not a file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_bounded(path: Path, most_bytes: int) -> bytes:
    """The bytes of a regular file that has at most `most_bytes`.

    Raises:
        OSError: The file cannot be read, is no regular file, or is larger; `strerror` says which.
    """
    with open_regular(path) as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {most_bytes} bytes", str(path))
    return data


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def sha256_file(path: Path, progress: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file in hexadecimal; `progress` is called with the bytes of each block read.

    Raises:
        OSError: The file cannot be read, or is no regular file.
    """
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            if progress is not None:
                progress(len(block))
    return digest.hexdigest()


def write_atomic(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file atomically: a reader sees the old file or the whole new one, never a part.

    The bytes go to a temporary file beside it, are synced, and are renamed into place.

    Raises:
        UnderdogError: The disk is full or the folder cannot be written; no temporary file is left.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnderdogError(
            f"cannot write {path}: {reason}; free space or choose another folder"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON with sorted keys, as `write_atomic` does.

    Raises:
        UnderdogError: The disk is full or the folder cannot be written.
    """
    text = json.dumps(value, indent=1, sort_keys=True) + "\n"
    write_atomic(path, lambda file: file.write(text.encode()))


def hold_alone(handle: int) -> bool:
    """Lock an open file or folder until it is closed, also by the end of the process.

    Args:
        handle: Its file descriptor.

    Returns:
        False if another process holds it. True too where the system or its file system has no such
        locks, and nobody is kept out.
    """
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True
