"""What a mixture draws from: families without end, data sets and JSON lines with one.

Items of a pool are numbered, and item n is the same whoever asks and whenever. A pool of a family
makes it afresh. A finite pool is read in another order each epoch: blocks in a shuffled order, and
shuffled within, so that neither memory nor an index grows with its size.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Protocol

import numpy as np

from underdog.data.arrow import Table
from underdog.data.batches import Batch, make_batch, unpacked
from underdog.data.blocks import Blocks
from underdog.data.plan import Source
from underdog.data.tokens import count_tokens
from underdog.data.workers import Pending, Workers
from underdog.errors import DataError
from underdog.seeds import derive

_BATCH = 500
_AHEAD = 2
_MAX_BARREN = 20


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some items of a pool in their order.

    Attributes:
        rows: Their rows.
        numbers: Their numbers in the pool, rising.
        tokens: Their tokens.
    """

    rows: Table
    numbers: list[int]
    tokens: list[int]


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

    def chunks(self, first: int, stride: int, workers: Workers) -> Iterator[Chunk]:
        """The items with numbers `first`, `first + stride`, …, without end."""
        ...


@dataclass(frozen=True, slots=True)
class FamilyPool:
    """Fresh items of a family, one form each, verified.

    Attributes:
        name: Its name.
        source: The family and the forms.
        split: Which split.
        seed: Seed of the stream.
        instruction: Whether prompts carry the form's instruction.
        verify: Whether items are read back and graded; those that fail are left out.
        tokenizer: How tokens are counted.
    """

    name: str
    source: Source
    split: str
    seed: int
    instruction: bool = True
    verify: bool = True
    tokenizer: str = ""

    @property
    def size(self) -> None:
        """It has no end."""
        return None

    def chunks(self, first: int, stride: int, workers: Workers) -> Iterator[Chunk]:
        """The items with numbers `first`, `first + stride`, …; some numbers may be left out.

        Raises:
            DataError: Nothing but refused items came for a long time.
        """
        coming: deque[tuple[int, Pending[tuple[bytes, bytes, list[int]]]]] = deque()
        barren = 0
        for start in count(first, _BATCH * stride):
            batch = self._batch(start, stride)
            coming.append((start, workers.ask(_counted, batch, self.tokenizer)))
            if len(coming) < (1 if workers.count == 1 else _AHEAD):
                continue
            at, pending = coming.popleft()
            rows, draws, tokens = pending.take()
            if tokens:
                barren = 0
                numbers = at + stride * np.frombuffer(draws, dtype=np.int32).astype(np.int64)
                yield Chunk(unpacked(rows), numbers.tolist(), tokens)
            elif (barren := barren + 1) == _MAX_BARREN:
                raise DataError(
                    f"pool {self.name!r}: none of {barren * _BATCH:,} items of "
                    f"{self.source.spec!r} was accepted; try another form or split"
                )

    def _batch(self, start: int, stride: int) -> Batch:
        return Batch(
            source=self.source,
            split=self.split,
            seed=self.seed,
            start=start,
            count=_BATCH,
            stride=stride,
            every_form=False,
            instruction=self.instruction,
            verify=self.verify,
        )


@dataclass(frozen=True, slots=True)
class FinitePool:
    """Items that are there once and come again, in another order, when all have been seen.

    Attributes:
        name: Its name.
        blocks: Where they lie.
        seed: What the orders hang on.
        tokenizer: How tokens are counted.
    """

    name: str
    blocks: Blocks
    seed: int
    tokenizer: str = ""

    @property
    def size(self) -> int:
        """Items of one epoch."""
        return sum(self.blocks.sizes)

    def chunks(self, first: int, stride: int, workers: Workers) -> Iterator[Chunk]:
        """The items with numbers `first`, `first + stride`, …."""
        size, number = self.size, first
        sizes = np.array(self.blocks.sizes)
        while True:
            epoch, place = divmod(number, size)
            order = self._shuffled(len(sizes), "blocks", epoch)
            ends = np.cumsum(sizes[order])
            for turn in range(int(np.searchsorted(ends, place, side="right")), len(order)):
                block, end = int(order[turn]), int(ends[turn])
                places = np.arange(place, end, stride)
                if len(places) == 0:
                    continue
                within = self._shuffled(int(sizes[block]), f"block {block}", epoch)
                rows = self.blocks.read(block).take(within[places - (end - int(sizes[block]))])
                numbers = (epoch * size + places).tolist()
                yield Chunk(rows, numbers, count_tokens(rows, self.tokenizer))
                place = int(places[-1]) + stride
            number = epoch * size + place

    def _shuffled(self, size: int, what: str, epoch: int) -> "np.typing.NDArray[np.int64]":
        rng = np.random.default_rng(derive("pool", self.seed, self.name, what, epoch))
        return rng.permutation(size)


def _counted(batch: Batch, tokenizer: str) -> tuple[bytes, bytes, list[int]]:
    """Make a batch and count its tokens; runs in a worker process as well as here."""
    made = make_batch(batch)
    return made.rows, made.draws, count_tokens(unpacked(made.rows), tokenizer)
