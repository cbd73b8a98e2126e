"""The SQLite file under a rollout store: opened, checked, migrated, and written in transactions.

Write-ahead logging makes a committed transaction survive the death of the process at any moment.
With `synchronous=NORMAL` (the default) a power cut may lose the last transactions, but never
damages the file; with `FULL` it loses nothing, at some milliseconds per commit.

One connection is shared by all threads of a process under a lock. Several processes may use one
file. A process that forks opens its own `Database` in the child.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeAlias

from underdog.errors import StoreError
from underdog.runs.store.checksums import sql_checksum
from underdog.runs.store.group_commit import GroupCommit
from underdog.runs.store.schema import APPLICATION_ID, MIGRATIONS
from underdog.runs.store.store_errors import translated

Survives: TypeAlias = Literal["process death", "power loss"]

_log = logging.getLogger(__name__)

_LOCK_TIMEOUT_S = 30.0
_OPENING_S = 30.0
_RETRY_S = 0.005
_CHECKPOINT_PAGES = 4096
_HEADER_BYTES = 100
_WHOSE = """
    SELECT (SELECT application_id FROM pragma_application_id),
           (SELECT user_version FROM pragma_user_version),
           (SELECT count(*) FROM sqlite_schema)
"""
_MAGIC = b"SQLite format 3\0"


class Database:
    """One open store file.

    Args:
        path: The file, or `:memory:`.
        survives: Event that a finished write survives: `process death` or `power loss`.
        create: Whether to make the file when it is missing.

    Attributes:
        group_commit: Group commit for the writes of concurrent tasks.
        damaged: Rows that were found damaged, by table and key; they are not used.

    Raises:
        StoreError: The file is missing, foreign, damaged, locked, or from a newer underdog.
    """

    def __init__(
        self, path: Path | str, survives: Survives = "process death", create: bool = True
    ) -> None:
        self.path = str(path)
        self._lock = threading.RLock()
        self.damaged: set[tuple[object, ...]] = set()
        self.group_commit = GroupCommit(self.transaction)
        if self.path != ":memory:":
            _prepare_folder(Path(path), create)
            _refuse_stump(Path(path), create)
        with translated(self.path):
            self._connection = sqlite3.connect(
                self.path, timeout=_LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        try:
            self._set_up(survives)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file. May be called twice."""
        with self._lock:
            self._connection.close()

    def read(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query; text that is no UTF-8 any more comes back with surrogates."""
        with self._lock, translated(self.path):
            try:
                return self._connection.execute(sql, arguments).fetchall()
            except sqlite3.OperationalError as error:
                if "decode to UTF-8" not in str(error):
                    raise
            try:
                self._connection.text_factory = _lenient
                return self._connection.execute(sql, arguments).fetchall()
            finally:
                self._connection.text_factory = str

    def note_damage(self, table: str, *key: object) -> None:
        """Remember, and log once, that a row is damaged and is left out."""
        if (table, *key) not in self.damaged:
            self.damaged.add((table, *key))
            _log.warning("%s: a row of table %s is damaged and is not used", self.path, table)

    def scan(self, sql: str, batch_rows: int) -> Iterator[list[tuple[Any, ...]]]:
        """Rows of a query, `batch_rows` at a time, so that a large table need not fit in memory."""
        with translated(self.path):
            cursor = self._connection.execute(sql)
            while rows := cursor.fetchmany(batch_rows):
                yield rows

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """A transaction: all statements inside the block are written, or none."""
        with self._lock, translated(self.path):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def _set_up(self, survives: Survives) -> None:
        """Configure, with retries: SQLite does not wait while another process makes the file."""
        deadline_s = time.monotonic() + _OPENING_S
        with translated(self.path):
            while True:
                try:
                    self._configure(survives)
                    break
                except sqlite3.OperationalError as error:
                    busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                    if not busy or time.monotonic() > deadline_s:
                        raise
                time.sleep(_RETRY_S)
        self._migrate()

    def _configure(self, survives: Survives) -> None:
        self._refuse_foreign()
        damage = self._pragma("quick_check(1)")
        if damage != "ok":
            raise sqlite3.DatabaseError(damage)
        if self._pragma("journal_mode") not in ("wal", "memory"):
            self._pragma("journal_mode=WAL")
        level = "FULL" if survives == "power loss" else "NORMAL"
        self._connection.execute(f"PRAGMA synchronous={level}")
        self._connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")

    def _refuse_foreign(self) -> None:
        # one statement, as another process may be creating the tables at this moment
        owner, version, tables = self._connection.execute(_WHOSE).fetchone()
        if owner != APPLICATION_ID and (owner or version or tables):
            raise StoreError(
                f"{self.path} is an SQLite database but not a rollout store of underdog; "
                "give another path"
            )
        if version > len(MIGRATIONS):
            raise StoreError(
                f"rollout store {self.path} has schema {version}, this underdog knows up to "
                f"{len(MIGRATIONS)}; upgrade with: pip install -U underdog"
            )

    def _migrate(self) -> None:
        if self.read("PRAGMA user_version")[0][0] == len(MIGRATIONS):
            return
        with self.transaction() as connection:
            damage = self._pragma("integrity_check(1)")
            if damage != "ok":
                raise sqlite3.DatabaseError(damage)
            connection.create_function("row_checksum", -1, sql_checksum, deterministic=True)
            for statements in MIGRATIONS[self._pragma("user_version") :]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={len(MIGRATIONS)}")

    def _pragma(self, name: str) -> Any:
        return self._connection.execute(f"PRAGMA {name}").fetchone()[0]


def _lenient(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _prepare_folder(path: Path, create: bool) -> None:
    if create:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"cannot make the folder of rollout store {path}: {error.strerror}; "
                "choose another place"
            ) from error
    elif not path.is_file():
        raise StoreError(f"there is no rollout store at {path}; check the path, or run first")


def _refuse_stump(path: Path, create: bool) -> None:
    """Refuse a truncated file that SQLite would take for an empty or whole database.

    While there is a write-ahead log, the file may rightly be shorter than its header says.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header and not create:
        raise StoreError(f"{path} is empty, not a rollout store; give another path")
    if not header:
        return
    page_bytes = int.from_bytes(header[16:18], "big")
    whole_bytes = int.from_bytes(header[28:32], "big") * page_bytes
    log = path.with_name(f"{path.name}-wal")
    logged = log.is_file() and log.stat().st_size > 0
    size_bytes = path.stat().st_size  # last: another process may be folding its log into the file
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
        raise StoreError(f"{path} is not a rollout store; give another path, or move it away")
    if size_bytes < whole_bytes and not logged:
        raise StoreError(
            f"rollout store {path} is cut off: {size_bytes} of {whole_bytes} bytes; restore a "
            "copy, or move it away and run the command again to sample anew"
        )
