"""The journal of a collection: every reply so far, and the records of every finished seed.

One JSON object per line. The first line holds the settings of the collection; a journal with other
settings is refused. A line is on disk before work that depends on it continues; lines of concurrent
seeds share one sync. A last line cut by a crash is dropped, any other damage is refused. Failed
samples are counted and sampled again.
"""

import asyncio
import json
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from underdog.core import Usage
from underdog.data.sources.collecting.record_json import (
    read_record,
    read_reply,
    write_record,
    write_reply,
)
from underdog.data.sources.source import Record, Reply
from underdog.errors import DataError, UnderdogError
from underdog.files import hold_alone

FORMAT = "underdog collection 1"

_HEADER = f'{{"format":"{FORMAT}"'.encode()

AskKey = tuple[str, int, str]
"""Seed key, step, and digest of the ask."""


class ReplyJournal:
    """Replies and records of a collection, in memory and, with a path, on disk.

    Args:
        path: The file; made when missing. `None` keeps nothing on disk.
        manifest: Settings on which the replies depend.

    Raises:
        DataError: The file belongs to another collection, is damaged, or is open elsewhere.
    """

    def __init__(self, path: Path | None, manifest: Mapping[str, Any]) -> None:
        self.usage = Usage()
        self._path = path
        self._replies: dict[AskKey, dict[int, Reply]] = {}
        self._done: dict[str, list[Record]] = {}
        self._file: IO[bytes] | None = None
        self._pending: list[bytes] = []
        self._queued = 0
        self._written = 0
        self._writing = asyncio.Lock()
        self._disk = threading.Lock()
        if path is not None:
            self._file = _open(path)
            try:
                self._load(path, self._file, dict(manifest))
            except UnderdogError:
                self.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write waiting lines and close the file; a second call does nothing."""
        try:
            self._flush()
        finally:
            with self._disk:
                if self._file is not None:
                    self._file.close()
                self._file = None

    def records(self, seed: str) -> list[Record] | None:
        """The records of a seed; `None` when it is not finished."""
        return self._done.get(seed)

    def replies(self, key: AskKey) -> dict[int, Reply]:
        """The replies to an ask so far, by number of the sample."""
        return self._replies.get(key, {})

    async def keep(self, key: AskKey, replies: Mapping[int, Reply]) -> None:
        """Add replies to an ask; they are on disk when this returns."""
        self._remember(key, replies)
        seed, step, ask = key
        rows = [[number, write_reply(reply)] for number, reply in replies.items()]
        await self._append({"seed": seed, "step": step, "ask": ask, "replies": rows})

    async def finish(self, seed: str, records: Sequence[Record]) -> None:
        """Add the records of a seed, which marks it as finished."""
        self._conclude(seed, list(records))
        await self._append({"seed": seed, "records": [write_record(one) for one in records]})

    def _remember(self, key: AskKey, replies: Mapping[int, Reply]) -> None:
        for reply in replies.values():
            self.usage = self.usage + reply.usage
        good = {number: one for number, one in replies.items() if one.finish != "error"}
        self._replies.setdefault(key, {}).update(good)

    def _conclude(self, seed: str, records: list[Record]) -> None:
        self._done[seed] = records
        for key in [key for key in self._replies if key[0] == seed]:
            del self._replies[key]

    async def _append(self, row: Mapping[str, Any]) -> None:
        if self._file is None:
            return
        self._pending.append(_line(row))
        self._queued += 1
        mine = self._queued
        async with self._writing:
            if self._written >= mine:
                return
            upto = self._queued
            await asyncio.shield(asyncio.to_thread(self._flush))
            self._written = upto

    def _flush(self) -> None:
        """Write waiting lines; one lock covers taking and writing, so that none is lost."""
        with self._disk:
            lines, self._pending = self._pending, []
            if self._file is not None and lines:
                self._write(self._file, b"".join(lines))

    def _write(self, file: IO[bytes], data: bytes) -> None:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError as error:
            raise UnderdogError(
                f"cannot write the journal {self._path}: {error}; free space, then run the same "
                "collection again"
            ) from error

    def _load(self, path: Path, file: IO[bytes], manifest: dict[str, Any]) -> None:
        file.seek(0)
        data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        lines = whole.split(b"\n")[:-1]
        if lines:
            _refuse_other(path, _parsed(path, 1, lines[0]), manifest)
        elif not data.startswith(_HEADER[: len(data)]):
            raise _damaged(path, 1, "it does not begin like one")
        if len(whole) < len(data):
            file.truncate(len(whole))
        if not lines:
            self._write(file, _line({"format": FORMAT, "manifest": manifest}))
        for number, line in enumerate(lines[1:], start=2):
            try:
                self._take(_parsed(path, number, line))
            except (DataError, KeyError, TypeError, ValueError) as error:
                raise _damaged(path, number, error) from error

    def _take(self, row: dict[str, Any]) -> None:
        if "records" in row:
            self._conclude(row["seed"], [read_record(one) for one in row["records"]])
            return
        replies = {int(number): read_reply(one) for number, one in row["replies"]}
        self._remember((row["seed"], row["step"], row["ask"]), replies)


def _open(path: Path) -> IO[bytes]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise DataError(f"cannot open the journal {path}: {error.strerror or error}") from error
    if not hold_alone(file.fileno()):
        with suppress(OSError):
            file.close()
        raise DataError(
            f"{path} is being written by another collection; wait for it, or give this one "
            "a journal of its own"
        )
    return file


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def _parsed(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, number, error) from error
    if not isinstance(row, dict):
        raise _damaged(path, number, "not an object")
    return row  # pyright: ignore[reportUnknownVariableType]


def _damaged(path: Path, number: int, why: object) -> DataError:
    return DataError(
        f"{path}, line {number}: not a line of a collection ({why}); restore the file, or give "
        "another path to start afresh"
    )


def _refuse_other(path: Path, header: dict[str, Any], manifest: dict[str, Any]) -> None:
    if header.get("format") != FORMAT:
        raise _damaged(path, 1, f"format {header.get('format')!r}, expected {FORMAT!r}")
    was: dict[str, Any] = header.get("manifest", {})
    now = json.loads(_line(manifest))
    if was == now:
        return
    name = next(key for key in [*now, *was] if was.get(key) != now.get(key))
    raise DataError(
        f"{path} holds another collection: its {name} was {was.get(name)!r}, now it is "
        f"{now.get(name)!r}; give this one a journal of its own"
    )
