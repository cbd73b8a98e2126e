"""A stream of training items from several pools, each with its share of the tokens at every step.

A few numbers per pool (`PoolPlace`) hold the place in the stream, from which it can be resumed. Of
N workers, worker r draws items r, r + N, r + 2N, … of every pool: each item goes to one worker.
Each worker's stream keeps the shares and gaps.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from underdog.core import Example
from underdog.data.dataset.arrow import Table, arrow
from underdog.data.dataset.columns import examples_of
from underdog.data.decontamination.repeats import Counts, Repeat, RepeatCount, with_repeats
from underdog.data.making.interleave import Exposure, Interleaver
from underdog.data.mixing.pools import Pool, PoolChunk
from underdog.data.workers import Workers
from underdog.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from underdog.data.decontamination import ContaminationIndex

_STEPS = 4_096
_EXAMPLES = 256


@dataclass(frozen=True, slots=True)
class PoolPlace:
    """The place of a stream in one pool.

    Attributes:
        exposure: Items, tokens and gaps of the pool so far.
        next: Number of the pool's next item.
        copies: Number of earlier items left out because they repeat a test item, by test set and
            rule; an item of a finite pool counts once, not once per epoch.
        owed: Tokens that the pool is behind its share, where shares move; else 0.
    """

    exposure: Exposure
    next: int
    copies: Counts = field(default_factory=dict[str, Mapping[str, int]])
    owed: float = 0.0

    @property
    def left_out(self) -> int:
        """Number of items left out."""
        return RepeatCount.of([self.copies]).total


@dataclass(frozen=True, slots=True)
class MixedRows:
    """Consecutive items of the stream, one per step.

    Attributes:
        rows: Rows of the items, with the columns `pool` and `tokens` added.
        places: Place of the stream after them, by pool.
    """

    rows: Table
    places: tuple[PoolPlace, ...]

    @property
    def examples(self) -> Iterator[Example]:
        """The rows as training items."""
        return examples_of(self.rows)


class Mixture:
    """A stream of items from several pools, with their shares of the tokens.

    Args:
        pools: The pools.
        shares: Share of the tokens of each pool; positive, summing to 1.
        rank: Number of the worker that draws, from 0.
        world: Number of workers that share the stream.
        index: Index of the test sets to leave out; `None` compares with none.

    Raises:
        ConfigError: The shares are not positive or do not sum to 1.
        UsageError: `rank` is not below `world`.
    """

    def __init__(
        self,
        pools: Sequence[Pool],
        shares: Sequence[float],
        rank: int = 0,
        world: int = 1,
        index: "ContaminationIndex | None" = None,
    ) -> None:
        check_shares({pool.name: share for pool, share in zip(pools, shares, strict=True)})
        if not 0 <= rank < world:
            raise UsageError(f"worker {rank} of {world} does not exist; ranks go from 0")
        self.pools = tuple(pools)
        self.shares = tuple(share / sum(shares) for share in shares)
        self.rank, self.world = rank, world
        self.index = index

    def start(self) -> tuple[PoolPlace, ...]:
        """The beginning of the stream."""
        return tuple(PoolPlace(Exposure(), self.rank) for _ in self.pools)

    def stream(
        self,
        places: Sequence[PoolPlace] = (),
        *,
        items: int | None = None,
        until_tokens: int | None = None,
        steps: int = _STEPS,
        workers: "Workers[ContaminationIndex] | None" = None,
        shares: Callable[[], Sequence[float]] | None = None,
    ) -> Iterator[MixedRows]:
        """The stream from a place on; endless unless `items` or `until_tokens` is given.

        Args:
            places: Place in each pool; empty for the beginning.
            items: Items to draw from there.
            until_tokens: Stream position, in tokens from the beginning, at which to stop.
            steps: Items per yielded piece.
            workers: Processes that make and compare items, with the mixture's index as their
                shared object; `None` is this process.
            shares: Asked before each piece for the shares in it, which may be 0; `None` keeps the
                mixture's.

        Raises:
            UsageError: The workers' index is not the mixture's.
        """
        hands = workers or Workers(shared=self.index)
        if hands.shared is not self.index:
            raise UsageError("the workers hold other test sets; give Workers(shared=mixture.index)")
        drawn = _Drawn(self, list(places or self.start()), hands)
        left = float("inf") if items is None else items
        while left > 0:
            if shares:
                drawn.move(shares())
            piece = drawn.next(int(min(steps, left)), until_tokens)
            if piece.rows.num_rows == 0:
                return
            left -= piece.rows.num_rows
            yield piece

    def examples(self, places: Sequence[PoolPlace] = ()) -> Iterator[Example]:
        """The training items from a place on, without end."""
        for piece in self.stream(places, steps=_EXAMPLES):
            yield from piece.examples

    def distinct(self, pool: int, place: PoolPlace) -> int:
        """Distinct items given of a pool, by number; of a family, its draws."""
        size = self.pools[pool].size
        if size is None:
            return place.exposure.items
        passed = len(range(self.rank, min(place.next, size), self.world))
        return passed - place.left_out

    def epochs(self, pool: int, place: PoolPlace) -> float:
        """Passes over a finite pool, fractions included; 0 for an endless pool."""
        size = self.pools[pool].size
        if size is None:
            return 0.0
        return len(range(self.rank, place.next, self.world)) * self.world / size


def check_shares(shares: dict[str, float]) -> None:
    """Check that shares are positive and sum to 1.

    Raises:
        ConfigError: A share is not positive, or the sum is not 1.
    """
    if not shares:
        raise ConfigError("a mixture needs at least one pool: add a table [pools.NAME]")
    for name, share in shares.items():
        if not 0 < share <= 1:
            raise ConfigError(f"pool {name!r}: share={share} must be above 0 and at most 1")
    total = sum(shares.values())
    if abs(total - 1) > 1e-6:
        listed = ", ".join(f"{name} {share:g}" for name, share in shares.items())
        raise ConfigError(f"the shares sum to {total:g}, not 1 ({listed}); change one of them")


class _Drawn:
    """Reading position in the pools of a mixture: the current chunk of each pool."""

    def __init__(
        self, mixture: Mixture, places: list[PoolPlace], workers: "Workers[ContaminationIndex]"
    ) -> None:
        self._mixture = mixture
        self._next = [place.next for place in places]
        self._copies = [place.copies for place in places]
        self._met: list[dict[int, Repeat]] = [{} for _ in places]
        self._owed = [place.owed for place in places]
        self._turns = Interleaver(mixture.shares, [place.exposure for place in places])
        self._streams = [
            pool.chunks(place.next, mixture.world, workers)
            for pool, place in zip(mixture.pools, places, strict=True)
        ]
        self._moved = False
        self._chunks: list[PoolChunk | None] = [None] * len(places)
        self._used = [0] * len(places)

    def move(self, shares: Sequence[float]) -> None:
        """Go on with other shares."""
        self._turns = Interleaver(shares, self._turns.exposures, self._owed)
        self._moved = True

    def next(self, steps: int, until: int | None) -> MixedRows:
        order: list[int] = []
        pieces: list[list[Table]] = [[] for _ in self._streams]
        while len(order) < steps and (until is None or self._turns.position < until):
            sizes = [self._sizes(pool) for pool in range(len(self._streams))]
            chosen = self._turns.choose(sizes, steps - len(order), until)
            for pool, number in sorted(Counter(chosen).items()):
                pieces[pool].append(self._slice(pool, number))
            order += chosen
        rows = _merged(np.array(order, dtype=np.int64), pieces, self._mixture)
        if self._moved:
            self._owed = list(self._turns.owed)
        places = map(PoolPlace, self._turns.exposures, self._next, self._copies, self._owed)
        return MixedRows(rows, tuple(places))

    def _sizes(self, pool: int) -> list[int]:
        """Tokens of each of the pool's next items, at least one item."""
        chunk = self._chunks[pool]
        while chunk is None or self._used[pool] == len(chunk.tokens):
            chunk = next(self._streams[pool])
            self._chunks[pool], self._used[pool] = chunk, 0
            self._met[pool] |= chunk.copies
        return chunk.tokens[self._used[pool] :]

    def _slice(self, pool: int, number: int) -> Table:
        chunk, start = cast("PoolChunk", self._chunks[pool]), self._used[pool]
        self._used[pool] += number
        self._next[pool] = chunk.numbers[self._used[pool] - 1] + self._mixture.world
        self._count_copies(pool)
        rows = chunk.rows.slice(start, number)
        tokens = arrow().array(chunk.tokens[start : start + number], type=arrow().int32())
        return rows.append_column("tokens", tokens)

    def _count_copies(self, pool: int) -> None:
        """Count the left-out items before the pool's next item."""
        met, end = self._met[pool], self._next[pool]
        if met:
            passed = [met.pop(number) for number in list(met) if number < end]
            self._copies[pool] = with_repeats(self._copies[pool], passed)


def _merged(
    order: "np.typing.NDArray[np.int64]", pieces: Sequence[Sequence[Table]], mixture: Mixture
) -> Table:
    """The pieces of all pools as one table, sorted by `order`, the pool of each step."""
    pa = arrow()
    tables = [table for pool in pieces for table in pool]
    if not tables:
        return pa.table({"id": pa.array([], type=pa.string())})
    place = np.empty(len(order), dtype=np.int64)
    place[np.argsort(order, kind="stable")] = np.arange(len(order))
    rows = pa.concat_tables(tables).combine_chunks().take(place)
    names = pa.array([pool.name for pool in mixture.pools])
    dictionary = pa.DictionaryArray.from_arrays(pa.array(order.astype(np.int32)), names)
    return rows.append_column("pool", dictionary.cast(pa.string()))
