"""Failures of a store as one typed error, whose message names the file and the fix.

Every access to a store passes through `translated`, and every row that is read back through
`readable`, so that a store raises no error but `StoreError`.
"""

import sqlite3
import struct
from collections.abc import Generator
from contextlib import contextmanager

from underdog.errors import StoreError

_ADVICE = {
    sqlite3.SQLITE_FULL: (
        "the disk is full; free space and run the same command again: what was finished is kept"
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk reported an error (it may be full, over quota or unplugged); mend that and run "
        "the same command again: what was finished is kept"
    ),
    sqlite3.SQLITE_READONLY: (
        "it may not be written; make the file and its folder writable, or choose another place"
    ),
    sqlite3.SQLITE_PERM: (
        "it may not be opened; make the file and its folder readable and writable"
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened; check that the folder exists on a local disk and may be written"
    ),
    sqlite3.SQLITE_BUSY: (
        "another process holds it locked; wait for that process or end it, then try again"
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the file is damaged; restore a copy, or move it (with its -wal and -shm files) away and "
        "run the command again to sample anew"
    ),
    sqlite3.SQLITE_NOTADB: (
        "the file is not a rollout store; give another path, or move the file away"
    ),
}


def store_error(path: str, error: sqlite3.Error) -> StoreError:
    """The `StoreError` for an error that SQLite reported on the store at `path`."""
    code = getattr(error, "sqlite_errorcode", None)
    advice = None if code is None else _ADVICE.get(code & 0xFF)
    if advice is None:
        return StoreError(f"rollout store {path}: {error}")
    return StoreError(f"rollout store {path}: {advice} (SQLite: {error})")


@contextmanager
def translated(path: str) -> Generator[None]:
    """Turn any `sqlite3.Error` inside into a `StoreError` about the store at `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    except UnicodeDecodeError as error:  # SQLite quoting damaged bytes in its message
        raise _damaged(path, error) from error


@contextmanager
def readable(path: str) -> Generator[None]:
    """Turn errors in decoding damaged rows into a `StoreError` about the store at `path`."""
    try:
        yield
    except (ValueError, TypeError, struct.error) as error:
        raise _damaged(path, error) from error


def _damaged(path: str, error: Exception) -> StoreError:
    advice = _ADVICE[sqlite3.SQLITE_CORRUPT]
    return StoreError(f"rollout store {path}: {advice} (a row holds: {error})")
