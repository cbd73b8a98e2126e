"""Batches of training items of like length, drawn from a mixture, with a place to resume from.

A buffer of items is drawn, sorted by length, and cut into batches of at most a given number of
tokens, padding counted; the batches come in an order that hangs on the seed and the buffer's number
alone. So rows need hardly any padding and no attention mask: a causal model reads right-padded rows
unchanged. The state is the mixture's place at the buffer's start and the batches taken since.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from underdog.core import Example
from underdog.data.mixing.mixture import Mixture, PoolPlace
from underdog.errors import DataError
from underdog.seeds import derive
from underdog.training.feeding.encoding import Encoded, Encoder, check_weights
from underdog.training.pacing.pace import STEADY, Pacing

BUFFER_ITEMS = 512


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """Items that are read together.

    Attributes:
        items: The items, of about the same length if they are padded.
        packed: Whether they follow one another in a single row.
    """

    items: tuple[Encoded, ...]
    packed: bool = False

    @property
    def num_tokens(self) -> int:
        """Tokens of all items, without padding."""
        return sum(len(item.tokens) for item in self.items)

    @property
    def num_padded(self) -> int:
        """Tokens with padding: rows times the longest; a packed row has none."""
        if self.packed:
            return self.num_tokens
        return len(self.items) * max(len(item.tokens) for item in self.items)

    @property
    def num_loss_tokens(self) -> int:
        """Tokens that carry loss."""
        return sum(item.num_loss_tokens for item in self.items)

    @property
    def loss_weight(self) -> float:
        """Sum of all loss weights."""
        return sum(sum(item.weights) for item in self.items)


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where a stream of batches stands.

    Attributes:
        places: Place of the mixture at the start of the present buffer; empty for its beginning.
        buffer: Number of the present buffer, from 0.
        taken: Batches taken from it.
        left_out_before: Items of earlier buffers that were left out: longer than the encoder
            allows, or without a reply to learn.
        progress: Share of the budget that was spent when the present buffer was drawn.
    """

    places: tuple[PoolPlace, ...] = ()
    buffer: int = 0
    taken: int = 0
    left_out_before: int = 0
    progress: float = 0.0


class BatchStream(Protocol):
    """Where a stage's batches come from.

    Attributes:
        packed: Whether a row holds several items.
    """

    packed: bool

    def stream(
        self, place: BatchPlace, progress: Callable[[], float]
    ) -> Iterator[tuple[TokenBatch, BatchPlace]]:
        """Batches from a place on, each with the place behind it.

        Args:
            place: The place.
            progress: Share of the budget that is spent, when asked.
        """
        ...


class LengthBuckets:
    """An endless stream of batches from a mixture.

    Args:
        mixture: Where items come from.
        encoder: Turns items into tokens.
        batch_tokens: Most tokens of a batch, padding counted; an item longer than this is a batch.
        seed: Of the order of batches.
        steps: Items per buffer.
        pacing: What is fed when.

    Attributes:
        mixture: Where items come from.
    """

    packed = False

    def __init__(
        self,
        mixture: Mixture,
        encoder: Encoder,
        batch_tokens: int,
        seed: int,
        steps: int = BUFFER_ITEMS,
        pacing: Pacing = STEADY,
    ) -> None:
        self.mixture = mixture
        self._encoder = encoder
        self.batch_tokens = batch_tokens
        self.seed = seed
        self._steps = steps
        self._pacing = pacing

    def stream(
        self, place: BatchPlace, progress: Callable[[], float] = lambda: 0.0
    ) -> Iterator[tuple[TokenBatch, BatchPlace]]:
        """Batches from a place on, each with the place behind it; without end.

        Args:
            place: The place.
            progress: Asked at the beginning of a buffer for the share of the budget that is spent.

        Raises:
            DataError: A whole buffer holds no item that fits, an item's loss weight is no number
                from 0 on, or items lack what the pacing reads.
        """
        buffer, taken, left_out_before = place.buffer, place.taken, place.left_out_before
        before = place.places or self.mixture.start()
        spent = place.progress if taken else progress()
        moving = self._pacing.shares
        shares = (lambda: moving.at(spent)) if moving else None
        for piece in self.mixture.stream(before, steps=self._steps, shares=shares):
            pools = piece.rows["pool"].to_pylist()
            kept, left_out = self._encoded(list(piece.examples), pools, buffer, spent)
            batches = self.cut(kept, buffer)
            for number in range(taken, len(batches)):
                last = number + 1 == len(batches)
                behind = (
                    BatchPlace(piece.places, buffer + 1, 0, left_out_before + left_out)
                    if last
                    else BatchPlace(before, buffer, number + 1, left_out_before, spent)
                )
                yield batches[number], behind
            before, buffer, taken = piece.places, buffer + 1, 0
            left_out_before += left_out
            spent = progress()

    def _encoded(
        self, examples: Sequence[Example], pools: Sequence[str], buffer: int, at: float
    ) -> tuple[list[Encoded], int]:
        """What is fed of a buffer at a progress, and the number of items that never can be."""
        if buffer == 0:
            self._pacing.check(examples)
        limit = self._pacing.limit(self._encoder.max_tokens, at)
        encoded: list[Encoded] = []
        left_out = 0
        for example, pool in self._pacing.fed(examples, pools, at):
            check_weights(example)
            try:
                encoded.append(self._encoder.encode(example, pool))
            except DataError:
                left_out += 1
        kept = [one for one in encoded if len(one.tokens) <= limit]
        if encoded and not kept:
            shortest = min(len(one.tokens) for one in encoded)
            raise DataError(
                f"length_warmup allows {limit} tokens at {at:.0%} of the budget, and the shortest "
                f"item has {shortest}; let it start higher"
            )
        if not kept:
            raise DataError(
                f"none of {left_out} training items can be learned from: each is longer than "
                f"{self._encoder.max_tokens} tokens or has no reply with a loss weight"
            )
        return kept, left_out

    def cut(self, items: Sequence[Encoded], buffer: int) -> list[TokenBatch]:
        """Batches of neighbours by length, in an order that hangs on seed and buffer alone."""
        order = sorted(range(len(items)), key=lambda place: (-len(items[place].tokens), place))
        batches: list[TokenBatch] = []
        rows: list[Encoded] = []
        for place in order:
            longest = len(rows[0].tokens) if rows else 0
            if rows and (len(rows) + 1) * longest > self.batch_tokens:
                batches.append(TokenBatch(tuple(rows)))
                rows = []
            rows.append(items[place])
        batches.append(TokenBatch(tuple(rows)))
        shuffled = np.random.default_rng(derive("batches", self.seed, buffer))
        return [batches[place] for place in shuffled.permutation(len(batches))]
