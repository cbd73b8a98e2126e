"""Writing a data set shard by shard, so that an interrupted run can resume.

A shard is on disk whole or not at all, also after a kill. Its metadata holds the state from which
the next shard starts. The caller decides the rows.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from underdog.data.dataset.arrow import Table
from underdog.data.dataset.card.data_card import Shard
from underdog.data.dataset.shards import (
    count_rows,
    export_jsonl,
    jsonl_path,
    read_state,
    shard_path,
    write_shard,
)
from underdog.data.workers import Pending, Workers
from underdog.errors import ConfigError, DataError
from underdog.files import sha256_file
from underdog.toml_file import describe_errors

S = TypeVar("S", bound=BaseModel)


class ShardWriter(Generic[S]):
    """The shards of one data set, in order.

    Args:
        folder: The data set; created when missing.
        state: Type of the state in every shard's metadata.
        split: Split of the rows.
        jsonl: Whether the rows are written as JSON lines too.
        workers: Processes that write JSON lines and hash files; `None` is this process.

    Raises:
        ConfigError: The folder holds files that are no data set.
    """

    def __init__(
        self,
        folder: Path,
        state: type[S],
        split: str = "train",
        *,
        jsonl: bool = False,
        workers: Workers[Any] | None = None,
    ) -> None:
        refuse_foreign(folder)
        self._folder = folder
        self._state = state
        self._split = split
        self._jsonl = jsonl
        self._workers = workers or Workers()
        self._paths: list[Path] = []
        self._exports: list[Pending[Path]] = []

    def resume(self) -> Iterator[tuple[Path, S]]:
        """The shards on disk, in order up to the first missing one, each with its state.

        Raises:
            DataError: A shard is damaged, or its state is of another kind.
        """
        while (path := self._next_path()).exists():
            try:
                yield path, self._state.model_validate_json(read_state(path))
            except ValidationError as error:
                raise DataError(
                    f"{path} holds no state that this version can go on from: "
                    f"{describe_errors(error, self._state)}; choose another folder"
                ) from error
            self._add(path)

    def write(self, rows: Table, state: S) -> None:
        """Write the next shard, with the state from which the one after it starts."""
        path = self._next_path()
        write_shard(path, rows, state.model_dump_json())
        self._add(path)

    def finish(self) -> tuple[Shard, ...]:
        """All files, as the card lists them; removes half-written files of interrupted runs."""
        for export in self._exports:
            export.take()
        rows = {path: count_rows(path) for path in self._paths}
        if self._jsonl:
            rows |= {jsonl_path(path): number for path, number in rows.items()}
        hashes = [self._workers.ask(sha256_file, path) for path in rows]
        for left_over in self._folder.glob("*/.*.part"):
            left_over.unlink(missing_ok=True)
        return tuple(
            Shard(path=path.relative_to(self._folder).as_posix(), rows=number, sha256=digest.take())
            for (path, number), digest in zip(rows.items(), hashes, strict=True)
        )

    def _next_path(self) -> Path:
        return shard_path(self._folder, self._split, len(self._paths))

    def _add(self, path: Path) -> None:
        self._paths.append(path)
        if self._jsonl and not jsonl_path(path).exists():
            export = self._workers.ask(export_jsonl, path)
            if self._workers.count == 1:
                export.take()
            else:
                self._exports.append(export)


def refuse_foreign(folder: Path) -> None:
    """Refuse a folder with other files than those of a data set, which would be written over.

    Raises:
        ConfigError: It holds files, and neither a card nor a journal nor shards.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ConfigError(f"{folder} is a file; give a folder")
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    if not names or names & {"card.json", "journal.jsonl", "pass_rates"}:
        return
    shards = {path.suffix for path in folder.glob("data/*")}
    if "data" not in names or not shards <= {".parquet", ".part"}:
        raise ConfigError(
            f"{folder} holds files that are no data set ({', '.join(sorted(names)[:3])}); "
            "give a new or an empty folder"
        )


def remove_shards(folder: Path) -> None:
    """Remove the card of a data set, and then its shards."""
    (folder / "card.json").unlink(missing_ok=True)
    for path in (*folder.glob("data/*.parquet"), *folder.glob("jsonl/*.jsonl")):
        path.unlink()
