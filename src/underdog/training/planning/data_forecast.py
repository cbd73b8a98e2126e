"""What a stage's data holds as the trainer will feed it: found by encoding its first items.

Up to 2,048 items are drawn in the stage's own order, cut into its own batches and counted; what a
pass over a finite pool holds is estimated from their mean length. Nothing is learned from them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from underdog.data.mixing.mixture import PoolPlace
from underdog.data.mixing.pools import Pool
from underdog.errors import DataError
from underdog.training.feeding.encoding import Encoded
from underdog.training.feeding.length_buckets import BatchPlace, LengthBuckets, TokenBatch

BUFFERS = 4


@dataclass(frozen=True, slots=True)
class PoolForecast:
    """One pool's part of a stage.

    Attributes:
        name: Name of the pool.
        share: Share of the tokens that are fed.
        item_tokens: Mean tokens of an item, prompt and reply.
        items: Items in a pass over the pool; 0 when it is endless.
        seen: Items that were drawn for this forecast.
        distinct: Different ones among them.
    """

    name: str
    share: float
    item_tokens: float
    items: int
    seen: int
    distinct: int

    @property
    def tokens(self) -> float:
        """Tokens in a pass over the pool, estimated; 0 when it is endless."""
        return self.items * self.item_tokens

    def exposures(self, tokens: float) -> float:
        """Items of the pool that a stage of so many tokens feeds."""
        return tokens * self.share / self.item_tokens

    def passes(self, tokens: float) -> float:
        """How often the pool's items come round in a stage of so many tokens; 0 for endless new.

        A generated pool of which less than half of the drawn items were different has run out of
        new ones, and counts as a pool of those.
        """
        worn_out = not self.items and 2 * self.distinct < self.seen
        size = self.distinct if worn_out else self.items
        return self.exposures(tokens) / size if size else 0.0


@dataclass(frozen=True, slots=True)
class DataForecast:
    """What a stage's data holds, per token and per step.

    Attributes:
        pools: The pools, in the mixture's order.
        seen: Items that were drawn, those left out included.
        left_out: Items among them that are too long, or without a reply to learn.
        longest: Tokens of the longest item that was kept.
        largest_token: Largest token id.
        item_tokens: Mean tokens of an item.
        loss_share: Share of the tokens that carry loss.
        padding: Share of what is read that is padding.
        step_tokens: Mean tokens of an optimiser step, without padding.
        batch_tokens: Most tokens that were read at once, padding counted.
        batch_loss_tokens: Most tokens with loss that were read at once.
        cpu_seconds_per_token: Processor seconds that making batches took per token.
    """

    pools: tuple[PoolForecast, ...]
    seen: int
    left_out: int
    longest: int
    largest_token: int
    item_tokens: float
    loss_share: float
    padding: float
    step_tokens: float
    batch_tokens: int
    batch_loss_tokens: int
    cpu_seconds_per_token: float

    @property
    def tokens(self) -> float:
        """Tokens in a pass over all finite pools, estimated; 0 when there is none."""
        return sum(pool.tokens for pool in self.pools)

    @property
    def items(self) -> int:
        """Items in a pass over all finite pools; 0 when there is none."""
        return sum(pool.items for pool in self.pools)


def forecast(batches: LengthBuckets, step_tokens: int, buffers: int = BUFFERS) -> DataForecast:
    """Draw a stage's first items and count them.

    Args:
        batches: The stage's data.
        step_tokens: Tokens of an optimiser step at least, padding counted.
        buffers: Buffers of 512 items to draw.

    Raises:
        DataError: A pool's data cannot be read, or no item of it can be learned from.
    """
    began = time.process_time()
    mixture = batches.mixture
    drawn, end = _first(batches, buffers)
    used = time.process_time() - began
    items = list(chain.from_iterable(batch.items for batch in drawn))
    tokens = sum(batch.num_tokens for batch in drawn)
    padded = sum(batch.num_padded for batch in drawn)
    loss = sum(batch.num_loss_tokens for batch in drawn)
    pools = [
        _pool(pool, share, place, items)
        for pool, share, place in zip(mixture.pools, mixture.shares, end.places, strict=True)
    ]
    return DataForecast(
        pools=tuple(pools),
        seen=len(items) + end.left_out_before,
        left_out=end.left_out_before,
        longest=max(len(item.tokens) for item in items),
        largest_token=max(max(item.tokens) for item in items),
        item_tokens=tokens / len(items),
        loss_share=loss / tokens,
        padding=1 - tokens / padded,
        step_tokens=_step_tokens(drawn, step_tokens),
        batch_tokens=max(batch.num_padded for batch in drawn),
        batch_loss_tokens=max(batch.num_loss_tokens for batch in drawn),
        cpu_seconds_per_token=used / tokens,
    )


def _first(batches: LengthBuckets, buffers: int) -> tuple[list[TokenBatch], BatchPlace]:
    """The batches of the first buffers, and the place behind them."""
    drawn: list[TokenBatch] = []
    for batch, place in batches.stream(BatchPlace()):
        drawn.append(batch)
        if place.buffer >= buffers:
            return drawn, place
    raise DataError("the mixture has ended")  # streams are endless


def _pool(pool: Pool, share: float, place: PoolPlace, items: Sequence[Encoded]) -> PoolForecast:
    """One pool's part of the drawn items; by the mixture's share when it was not its turn yet."""
    mine = [item for item in items if item.pool == pool.name]
    tokens = sum(len(item.tokens) for item in items)
    if not mine and place.exposure.items:
        raise DataError(
            f"pool {pool.name!r}: none of its first {place.exposure.items} items can be learned "
            "from: each is longer than max_tokens or has no reply with a loss weight; raise "
            "max_tokens or leave the pool out"
        )
    own = sum(len(item.tokens) for item in mine)
    return PoolForecast(
        name=pool.name,
        share=own / tokens if mine else share,
        item_tokens=own / len(mine) if mine else tokens / len(items),
        items=pool.size or 0,
        seen=len(mine),
        distinct=len({item.tokens for item in mine}),
    )


def _step_tokens(drawn: Sequence[TokenBatch], least: int) -> float:
    """Mean tokens of the steps into which the batches are gathered."""
    steps: list[int] = []
    padded = tokens = 0
    for batch in drawn:
        padded, tokens = padded + batch.num_padded, tokens + batch.num_tokens
        if padded >= least:
            steps.append(tokens)
            padded = tokens = 0
    return sum(steps) / len(steps) if steps else tokens * least / padded
