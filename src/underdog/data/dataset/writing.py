"""Writing any stream of examples as a data set: what selectors keep, what sources bring.

Not for generated families, whose making resumes (`data.making`). Memory is one shard.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from underdog.core import Example, JSONValue
from underdog.data.dataset.card.data_card import DataCard, Shard, SourceCount
from underdog.data.dataset.card.page import write_card
from underdog.data.dataset.columns import table_of
from underdog.data.dataset.examples import problem_of
from underdog.data.dataset.seen import Seen, marks_of
from underdog.data.dataset.shards import shard_path, write_shard
from underdog.errors import ConfigError, DataError
from underdog.files import sha256_file


def write_dataset(
    folder: Path,
    examples: Iterable[Example],
    *,
    origin: Mapping[str, JSONValue],
    verified: bool = False,
    name: str = "",
    licence: str = "apache-2.0",
    shard_rows: int = 20_000,
    amend: Callable[[DataCard], DataCard] = lambda card: card,
) -> DataCard:
    """Write a data set.

    Args:
        folder: Where; must not hold a data set.
        examples: All of one split; those that name none are of `train`.
        origin: How they came to be, for the card.
        verified: Whether all of them have been graded right.
        name: Name on the card; the folder's when empty.
        licence: SPDX name of the data's licence.
        shard_rows: Rows per file.
        amend: Says more on the card before it is written.

    Returns:
        The card, also on disk.

    Raises:
        ConfigError: The folder holds a data set already.
        DataError: There are no examples, or they are of several splits.
    """
    if (folder / "card.json").exists() or any((folder / "data").glob("*.parquet")):
        raise ConfigError(f"{folder} holds a data set already; choose another folder or remove it")
    writer = _Writer(folder, shard_rows)
    for example in examples:
        writer.add(example)
    card = amend(writer.finish(name or folder.resolve().name, licence, origin, verified))
    write_card(folder, card)
    return card


class _Writer:
    """Rows gathered into shards, and what there is of each source."""

    def __init__(self, folder: Path, shard_rows: int) -> None:
        self._folder = folder
        self._shard_rows = shard_rows
        self._waiting: list[Example] = []
        self._shards: list[Shard] = []
        self._split = ""
        self._seen = Seen()
        self._rows: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()

    def add(self, example: Example) -> None:
        """Take one example."""
        split = str(example.tags.get("split") or "train")
        self._split = self._split or split
        if split != self._split:
            raise DataError(
                f"example {example.id!r} is of split {split!r}, those before of {self._split!r}; "
                "write one data set for each split"
            )
        self._waiting.append(example)
        if len(self._waiting) == self._shard_rows:
            self._flush()

    def finish(
        self, name: str, licence: str, origin: Mapping[str, JSONValue], verified: bool
    ) -> DataCard:
        """Write what is left; the card."""
        self._flush()
        if not self._shards:
            raise DataError("no example is left to write; loosen what was asked for")
        return DataCard(
            name=name,
            licence=licence,
            split=self._split,
            problems=len(self._seen),
            rows=self._rows.total(),
            verified=self._rows.total() if verified else 0,
            sources=tuple(self._count(source) for source in sorted(self._rows)),
            shards=tuple(self._shards),
            origin=origin,
        )

    def _count(self, source: str) -> SourceCount:
        rows, problems = self._rows[source], self._problems[source]
        return SourceCount(
            source=source,
            wanted=problems,
            problems=problems,
            rows=rows,
            drawn=rows,
            repeats=0,
            refused={},
            saturated=False,
        )

    def _flush(self) -> None:
        if not self._waiting:
            return
        sources = [
            str(one.tags.get("source") or one.tags.get("family") or "unnamed")
            for one in self._waiting
        ]
        marks = marks_of(problem_of(one) for one in self._waiting)
        fresh = self._seen.fresh(marks)
        self._seen.add(marks[fresh])
        self._rows.update(sources)
        self._problems.update(source for source, new in zip(sources, fresh, strict=True) if new)
        path = shard_path(self._folder, self._split, len(self._shards))
        write_shard(path, table_of(self._waiting), "{}")
        relative = path.relative_to(self._folder).as_posix()
        self._shards.append(Shard(path=relative, rows=len(self._waiting), sha256=sha256_file(path)))
        self._waiting = []
