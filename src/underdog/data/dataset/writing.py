"""Writing a stream of examples as a data set, for selectors and sources.

Generated families are written by `data.making`, which can resume. Memory is one shard.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from underdog.core import Example, JSONValue
from underdog.data.dataset.card.data_card import DataCard, SourceCount
from underdog.data.dataset.card.page import write_card
from underdog.data.dataset.columns import table_of
from underdog.data.dataset.examples import problem_of
from underdog.data.dataset.seen import Seen, marks_of
from underdog.data.dataset.shard_writer import ShardWriter
from underdog.errors import ConfigError, DataError
from underdog.toml_file import StrictTable


def write_dataset(
    folder: Path,
    examples: Iterable[Example],
    *,
    origin: Mapping[str, JSONValue],
    verified: bool = False,
    name: str = "",
    licence: str = "apache-2.0",
    shard_rows: int = 20_000,
    jsonl: bool = False,
    amend: Callable[[DataCard], DataCard] = lambda card: card,
) -> DataCard:
    """Write a data set.

    Args:
        folder: Folder of the new data set; must not hold a data set.
        examples: Examples of one split; an example without the tag `split` belongs to `train`.
        origin: Where the examples come from, for the card.
        verified: Whether all examples have been graded right.
        name: Name on the card; the folder's when empty.
        licence: SPDX name of the data's licence.
        shard_rows: Rows per shard.
        jsonl: Whether to write the rows as JSON lines too.
        amend: Changes the card before it is written.

    Returns:
        The card, also on disk.

    Raises:
        ConfigError: The folder holds a data set already.
        DataError: There are no examples, or examples of several splits.
    """
    if (folder / "card.json").exists() or any((folder / "data").glob("*.parquet")):
        raise ConfigError(f"{folder} holds a data set already; choose another folder or remove it")
    counts, shards = _Counts(), None
    rest = iter(examples)
    while some := list(islice(rest, shard_rows)):
        counts.add(some)
        shards = shards or ShardWriter(folder, StrictTable, counts.split, jsonl=jsonl)
        shards.write(table_of(some), StrictTable())
    if shards is None:
        raise DataError("no example is left to write; loosen what was asked for")
    rows = counts.rows.total()
    card = amend(
        DataCard(
            name=name or folder.resolve().name,
            licence=licence,
            split=counts.split,
            problems=len(counts.seen),
            rows=rows,
            verified=rows if verified else 0,
            sources=counts.sources,
            shards=shards.finish(),
            origin=origin,
        )
    )
    write_card(folder, card)
    return card


class _Counts:
    """Counts of rows and problems by source, for examples of one split."""

    def __init__(self) -> None:
        self.split = ""
        self.seen = Seen()
        self.rows: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()

    def add(self, examples: Sequence[Example]) -> None:
        """Add examples to the counts.

        Raises:
            DataError: An example is of another split than the earlier ones.
        """
        for example in examples:
            split = str(example.tags.get("split") or "train")
            self.split = self.split or split
            if split != self.split:
                raise DataError(
                    f"example {example.id!r} is of split {split!r}, those before of "
                    f"{self.split!r}; write one data set for each split"
                )
        sources = [
            str(one.tags.get("source") or one.tags.get("family") or "unnamed") for one in examples
        ]
        marks = marks_of(problem_of(one) for one in examples)
        fresh = self.seen.fresh(marks)
        self.seen.add(marks[fresh])
        self.rows.update(sources)
        self._problems.update(source for source, new in zip(sources, fresh, strict=True) if new)

    @property
    def sources(self) -> tuple[SourceCount, ...]:
        """The counts of every source, sorted by name."""
        return tuple(
            SourceCount(
                source=source,
                wanted=self._problems[source],
                problems=self._problems[source],
                rows=rows,
                drawn=rows,
            )
            for source, rows in sorted(self.rows.items())
        )
