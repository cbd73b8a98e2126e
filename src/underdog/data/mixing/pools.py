"""The pools of a mixture: endless families, and finite data sets and JSON Lines files.

Items of a pool are numbered, and item n is the same in every process and run. A family generates
new items. A finite pool is read in another order each epoch: blocks in shuffled order, and rows
shuffled within each block, so that memory does not grow with its size.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from underdog.data.dataset.arrow import Table
from underdog.data.dataset.blocks import Blocks
from underdog.data.dataset.card.plan import FamilyStream
from underdog.data.dataset.token_counts import TokenCounter, count_tokens
from underdog.data.decontamination.repeats import Repeat
from underdog.data.making.batches import Batch, make_batch, unpacked
from underdog.data.mixing.clearing import BlockCopies
from underdog.data.workers import Pending, Workers
from underdog.errors import DataError
from underdog.seeds import derive

if TYPE_CHECKING:
    from underdog.data.decontamination import ContaminationIndex

Ints: TypeAlias = NDArray[np.int64]

_BATCH = 500
_AHEAD = 2
_MAX_BARREN = 20


@dataclass(frozen=True, slots=True)
class PoolChunk:
    """Consecutive items of a pool.

    Attributes:
        rows: Rows of the items.
        numbers: Numbers of the items in the pool, ascending.
        tokens: Tokens of each item.
        copies: Items between them left out because they repeat a test item, by number; of a
            finite pool, only those of its first epoch.
    """

    rows: Table
    numbers: list[int]
    tokens: list[int]
    copies: Mapping[int, Repeat] = field(default_factory=dict[int, Repeat])


class Pool(Protocol):
    """A named supply of training items."""

    @property
    def name(self) -> str:
        """Name of the pool in the mixture."""
        ...

    @property
    def size(self) -> int | None:
        """Items per epoch; `None` for an endless pool."""
        ...

    def chunks(
        self, first: int, stride: int, workers: "Workers[ContaminationIndex]"
    ) -> Iterator[PoolChunk]:
        """The items with numbers `first`, `first + stride`, …, without end.

        Items that repeat an item of the workers' test sets are left out.
        """
        ...


@dataclass(frozen=True, slots=True)
class FamilyPool:
    """An endless pool: verified items of a family, in one form each.

    Attributes:
        name: Name of the pool in the mixture.
        stream: The items; items that fail verification are left out.
        count: Counts the items' tokens.
    """

    name: str
    stream: FamilyStream
    count: TokenCounter = count_tokens

    @property
    def size(self) -> None:
        """`None`: the pool is endless."""
        return None

    def chunks(
        self, first: int, stride: int, workers: "Workers[ContaminationIndex]"
    ) -> Iterator[PoolChunk]:
        """The items with numbers `first`, `first + stride`, …; some numbers may be left out.

        Raises:
            DataError: A long run of items failed verification or were left out.
        """
        coming: deque[tuple[int, Pending[_CountedBatch]]] = deque()
        barren = copies = 0
        for start in count(first, _BATCH * stride):
            batch = Batch(self.stream, start, _BATCH, stride)
            coming.append((start, workers.ask_sharing(_made, batch, self.count)))
            if len(coming) < (1 if workers.count == 1 else _AHEAD):
                continue
            at, pending = coming.popleft()
            made = pending.take()
            if made.tokens or made.copies:
                yield made.chunk(at, stride)
            barren = 0 if made.tokens else barren + 1
            copies = 0 if made.tokens else copies + len(made.copies)
            if barren == _MAX_BARREN:
                raise DataError(
                    f"pool {self.name!r}: none of {barren * _BATCH:,} items of "
                    f"{self.stream.family.spec!r} was accepted, {copies:,} of them because they "
                    "repeat a test item; try another form or split"
                )


@dataclass(frozen=True, slots=True)
class FinitePool:
    """A finite pool: stored items, repeated in another order each epoch.

    Attributes:
        name: Name of the pool in the mixture.
        blocks: The stored items.
        seed: Seed of the orders.
        count: Counts the items' tokens.
        clear: Whether the items are known to repeat no test item and need no comparison.
    """

    name: str
    blocks: Blocks
    seed: int
    count: TokenCounter = count_tokens
    clear: bool = False

    @property
    def size(self) -> int:
        """Items per epoch."""
        return sum(self.blocks.sizes)

    def chunks(
        self, first: int, stride: int, workers: "Workers[ContaminationIndex]"
    ) -> Iterator[PoolChunk]:
        """The items with numbers `first`, `first + stride`, ….

        Raises:
            DataError: Every item repeats a test item.
        """
        size, number = self.size, first
        sizes = np.array(self.blocks.sizes)
        copies = BlockCopies(self.blocks, workers)
        while True:
            epoch, place = divmod(number, size)
            order = self._shuffled(len(sizes), "blocks", epoch)
            ends = np.cumsum(sizes[order])
            for turn in range(int(np.searchsorted(ends, place, side="right")), len(order)):
                places = np.arange(place, int(ends[turn]), stride)
                if len(places) == 0:
                    continue
                if self._compares(workers):
                    copies.ask(order[turn : turn + workers.count].tolist())
                yield from self._pieces(int(order[turn]), epoch, places, int(ends[turn]), copies)
                place = int(places[-1]) + stride
            if copies.total == size:
                raise DataError(
                    f"pool {self.name!r}: every one of its {size:,} items repeats a test item; "
                    "leave it out"
                )
            number = epoch * size + place

    def _pieces(
        self, block: int, epoch: int, places: Ints, end: int, copies: BlockCopies
    ) -> Iterator[PoolChunk]:
        """The items of one block at given places of an epoch, as many at a time as are counted."""
        size = self.blocks.sizes[block]
        table = self.blocks.read(block)
        rows = self._shuffled(size, f"block {block}", epoch)[places - (end - size)]
        for start in range(0, len(rows), _BATCH):
            part = slice(start, start + _BATCH)
            numbers = epoch * self.size + places[part]
            yield self._chunk(table, rows[part], numbers, copies.known(block), first=epoch == 0)

    def _chunk(
        self, table: Table, rows: Ints, numbers: Ints, found: Mapping[int, Repeat], first: bool
    ) -> PoolChunk:
        """Rows of a block without copies of test items, which the first epoch tells."""
        bad = np.isin(rows, list(found)) if found else np.zeros(len(rows), dtype=np.bool_)
        left_out = {
            number: found[row]
            for row, number in zip(rows[bad].tolist(), numbers[bad].tolist(), strict=True)
            if first
        }
        kept = table.take(rows[~bad])
        return PoolChunk(kept, numbers[~bad].tolist(), self.count(kept), left_out)

    def _compares(self, workers: "Workers[ContaminationIndex]") -> bool:
        return workers.shared is not None and not self.clear

    def _shuffled(self, size: int, what: str, epoch: int) -> Ints:
        rng = np.random.default_rng(derive("pool", self.seed, self.name, what, epoch))
        return rng.permutation(size)


@dataclass(frozen=True, slots=True)
class _CountedBatch:
    """The rows of a batch, their tokens, and the items left out as copies of test items."""

    rows: bytes
    draws: bytes
    tokens: list[int]
    copies: Mapping[int, Repeat]

    def chunk(self, start: int, stride: int) -> PoolChunk:
        """The batch as a chunk of numbered items of the pool."""
        numbers = start + stride * np.frombuffer(self.draws, dtype=np.int32).astype(np.int64)
        copies = {start + stride * draw: repeat for draw, repeat in self.copies.items()}
        return PoolChunk(unpacked(self.rows), numbers.tolist(), self.tokens, copies)


def _made(index: "ContaminationIndex | None", batch: Batch, count: TokenCounter) -> _CountedBatch:
    """Make a batch and count its tokens; may run in a worker process."""
    made = make_batch(batch, index)
    tokens = count(unpacked(made.rows))
    return _CountedBatch(made.rows, made.draws, tokens, made.copies)
