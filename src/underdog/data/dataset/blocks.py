"""Random access to stored training items, a few thousand at a time: Parquet row groups, JSON lines.

A row of JSON lines holds `messages`, `prompt` and `completion`, or `question` and `answer`; every
other field is a tag.
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Protocol, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from underdog.core import Example, JSONValue, Message, Role
from underdog.core.example import reply_learned
from underdog.data.dataset.arrow import Table
from underdog.data.dataset.columns import schema, table_of
from underdog.data.dataset.shards import check_columns, open_shard, shards_of
from underdog.errors import DataError
from underdog.toml_file import describe_errors

_LINES = 20_000
_BLOCK_BYTES = 1 << 25


class Blocks(Protocol):
    """Stored items in blocks that fit into memory."""

    @property
    def sizes(self) -> Sequence[int]:
        """Rows of every block."""
        ...

    def read(self, block: int) -> Table:
        """The rows of a block, with the columns of a data set."""
        ...


@dataclass(frozen=True, slots=True)
class ParquetBlocks:
    """The row groups of a data set.

    Attributes:
        places: Shard and number of the row group, by block.
        sizes: Rows of every block.
    """

    places: tuple[tuple[Path, int], ...]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, folder: Path, split: str | None = None) -> "ParquetBlocks":
        """The blocks of a data set.

        Raises:
            DataError: The folder holds no data set, or an empty one.
        """
        places: list[tuple[Path, int]] = []
        sizes: list[int] = []
        for path in shards_of(folder, split):
            with open_shard(path) as file:
                check_columns(file.schema_arrow, path)
                for group in range(file.num_row_groups):
                    places.append((path, group))
                    sizes.append(file.metadata.row_group(group).num_rows)
        if not sum(sizes):
            raise DataError(f"{folder} holds no rows; make it again")
        return cls(tuple(places), tuple(sizes))

    def read(self, block: int) -> Table:
        """The rows of a block, with the columns of a data set."""
        path, group = self.places[block]
        with open_shard(path) as file:
            return file.read_row_group(group, columns=schema().names)


@dataclass(frozen=True, slots=True)
class JsonLines:
    """The lines of a JSON Lines file, in blocks.

    Attributes:
        path: The JSON Lines file.
        offsets: First byte of every block.
        sizes: Lines of every block.
    """

    path: Path
    offsets: tuple[int, ...]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, path: Path) -> "JsonLines":
        """The blocks of a file; reads all of it once to find where they begin.

        Raises:
            DataError: The file cannot be read, or has no lines.
        """
        offsets: list[int] = []
        sizes: list[int] = []
        try:
            with path.open("rb") as file:
                position = 0
                for line in file:
                    if line.strip():
                        if not sizes or _full(sizes[-1], position - offsets[-1]):
                            offsets.append(position)
                            sizes.append(0)
                        sizes[-1] += 1
                    position += len(line)
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror}") from error
        if not sizes:
            raise DataError(f"{path} has no rows")
        return cls(path, tuple(offsets), tuple(sizes))

    def read(self, block: int) -> Table:
        """The rows of a block, with the columns of a data set.

        Raises:
            DataError: A line is no training item; the message has its number and the fault.
        """
        examples: list[Example] = []
        with self.path.open("rb") as file:
            file.seek(self.offsets[block])
            for line in file:
                if not line.strip():
                    continue
                number = sum(self.sizes[:block]) + len(examples) + 1
                examples.append(_example(line, f"{self.path.name}:{number}"))
                if len(examples) == self.sizes[block]:
                    break
        return table_of(examples)


def _full(num_lines: int, num_bytes: int) -> bool:
    """Whether a block takes no more lines.

    Rows are shuffled within blocks: large ones shuffle a file that is sorted by label.
    """
    return num_lines == _LINES or num_bytes >= _BLOCK_BYTES


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Role
    content: str


class _Line(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: str | int | None = None
    messages: Annotated[list[_Turn], Field(min_length=1)] | None = None
    prompt: str | None = None
    completion: str | None = None
    question: str | None = None
    answer: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "_Line":
        if self.messages is None and self.pair is None:
            raise ValueError("a row needs messages, prompt and completion, or question and answer")
        if self.messages is not None and self.messages[-1].role != "assistant":
            raise ValueError("the last message must be the assistant's")
        return self

    @property
    def pair(self) -> tuple[str, str] | None:
        """What is read and what is learned, of a row without messages; `None` where it has none."""
        for read, learned in ((self.prompt, self.completion), (self.question, self.answer)):
            if read is not None and learned is not None:
                return read, learned
        return None


def _example(line: bytes, where: str) -> Example:
    try:
        row = _Line.model_validate_json(line.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        seen = line[:80].decode("utf-8", "replace").strip()
        raise DataError(
            f"{where}: {describe_errors(error, _Line)}; the row begins {seen!r}"
        ) from error
    if row.messages is not None:
        turns = [Message(turn.role, turn.content) for turn in row.messages]
    else:
        read, learned = row.pair or ("", "")
        turns = [Message("user", read), Message("assistant", learned)]
    extra: dict[str, Any] = row.model_extra or {}
    tags = cast("dict[str, JSONValue]", {k: v for k, v in extra.items() if k != "segments"})
    tags |= {name: text for name in ("question", "answer") if (text := getattr(row, name))}
    return Example(where if row.id is None else str(row.id), reply_learned(turns), tags)
