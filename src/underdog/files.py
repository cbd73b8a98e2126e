"""The cache folder, checksums, and atomic writing of files."""

import hashlib
import os
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


def sha256_file(path: Path, progress: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file in hexadecimal; `progress` is called with the bytes of each block read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
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
