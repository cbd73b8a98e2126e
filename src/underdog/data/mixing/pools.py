"""What a mixture draws from: families without end, data sets and JSON lines with one.

Items of a pool are numbered, and item n is the same whoever asks and whenever. A pool of a family
makes it afresh. A finite pool is read in another order each epoch: blocks in a shuffled order, and
shuffled within, so that neither memory nor an index grows with its size.
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
from underdog.data.dataset.token_counts import count_tokens
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
    """Some items of a pool in their order.

    Attributes:
        rows: Their rows.
        numbers: Their numbers in the pool, rising.
        tokens: Their tokens.
        copies: Items between them that are left out because they repeat a test item, by number;
            of a finite pool, those of its first epoch.
    """

    rows: Table
    numbers: list[int]
    tokens: list[int]
    copies: Mapping[int, Repeat] = field(default_factory=dict[int, Repeat])


class Pool(Protocol):
    """A named supply of training items."""

    @property
    def name(self) -> str:
        """Its name in the mixture."""
        ...

    @property
    def size(self) -> int | None:
        """Items before it repeats; `None` when it never does."""
        ...

    def chunks(
        self, first: int, stride: int, workers: "Workers[ContaminationIndex]"
    ) -> Iterator[PoolChunk]:
        """The items with numbers `first`, `first + stride`, …, without end.

        Items that repeat one of the workers' test sets are left out.
        """
        ...


@dataclass(frozen=True, slots=True)
class FamilyPool:
    """Fresh items of a family, one form each, verified.

    Attributes:
        name: Its name.
        stream: The items; those that fail verification are left out.
        tokenizer: How tokens are counted.
    """

    name: str
    stream: FamilyStream
    tokenizer: str = ""

    @property
    def size(self) -> None:
        """It has no end."""
        return None

    def chunks(
        self, first: int, stride: int, workers: "Workers[ContaminationIndex]"
    ) -> Iterator[PoolChunk]:
        """The items with numbers `first`, `first + stride`, …; some numbers may be left out.

        Raises:
            DataError: Nothing but refused items came for a long time.
        """
        coming: deque[tuple[int, Pending[_CountedBatch]]] = deque()
        barren = copies = 0
        for start in count(first, _BATCH * stride):
            batch = Batch(self.stream, start, _BATCH, stride)
            coming.append((start, workers.ask_sharing(_made, batch, self.tokenizer)))
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
    """Items that are there once and come again, in another order, when all have been seen.

    Attributes:
        name: Its name.
        blocks: Where they lie.
        seed: What the orders hang on.
        tokenizer: How tokens are counted.
        clear: Whether it is known to repeat no test item, so that it need not be compared.
    """

    name: str
    blocks: Blocks
    seed: int
    tokenizer: str = ""
    clear: bool = False

    @property
    def size(self) -> int:
        """Items of one epoch."""
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
                yield self._chunk(int(order[turn]), epoch, places, int(ends[turn]), copies)
                place = int(places[-1]) + stride
            if copies.total == size:
                raise DataError(
                    f"pool {self.name!r}: every one of its {size:,} items repeats a test item; "
                    "leave it out"
                )
            number = epoch * size + place

    def _chunk(
        self, block: int, epoch: int, places: Ints, end: int, copies: BlockCopies
    ) -> PoolChunk:
        """The items of one block at some places of an epoch, without those that are copies."""
        size = self.blocks.sizes[block]
        rows = self._shuffled(size, f"block {block}", epoch)[places - (end - size)]
        numbers = epoch * self.size + places
        found = copies.known(block)
        bad = np.isin(rows, list(found)) if found else np.zeros(len(rows), dtype=np.bool_)
        left_out = {
            number: found[row]
            for row, number in zip(rows[bad].tolist(), numbers[bad].tolist(), strict=True)
            if epoch == 0
        }
        table = self.blocks.read(block).take(rows[~bad])
        tokens = count_tokens(table, self.tokenizer)
        return PoolChunk(table, numbers[~bad].tolist(), tokens, left_out)

    def _compares(self, workers: "Workers[ContaminationIndex]") -> bool:
        return workers.shared is not None and not self.clear

    def _shuffled(self, size: int, what: str, epoch: int) -> Ints:
        rng = np.random.default_rng(derive("pool", self.seed, self.name, what, epoch))
        return rng.permutation(size)


@dataclass(frozen=True, slots=True)
class _CountedBatch:
    """A batch with its tokens, and the items of it that repeat a test item."""

    rows: bytes
    draws: bytes
    tokens: list[int]
    copies: Mapping[int, Repeat]

    def chunk(self, start: int, stride: int) -> PoolChunk:
        """The same as numbered items."""
        numbers = start + stride * np.frombuffer(self.draws, dtype=np.int32).astype(np.int64)
        copies = {start + stride * draw: repeat for draw, repeat in self.copies.items()}
        return PoolChunk(unpacked(self.rows), numbers.tolist(), self.tokens, copies)


def _made(index: "ContaminationIndex | None", batch: Batch, tokenizer: str) -> _CountedBatch:
    """Make a batch and count its tokens; runs in a worker process as well as here."""
    made = make_batch(batch, index)
    tokens = count_tokens(unpacked(made.rows), tokenizer)
    return _CountedBatch(made.rows, made.draws, tokens, made.copies)
