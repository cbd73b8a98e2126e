"""Batches of training items of like length, drawn from a mixture, with a place to resume from.

A buffer of items is drawn, sorted by length, and cut into batches of at most a given number of
tokens, padding counted; the batches come in an order that hangs on the seed and the buffer's number
alone. So rows need hardly any padding and no attention mask: a causal model reads right-padded rows
unchanged. The state is the mixture's place at the buffer's start and the batches taken since.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from underdog.core import Example
from underdog.data.mixing.mixture import Mixture, PoolPlace
from underdog.errors import DataError
from underdog.seeds import derive
from underdog.training.encoding import Encoded, Encoder, check_weights

BUFFER_ITEMS = 512


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """Items that are read together.

    Attributes:
        items: The items, of about the same length.
    """

    items: tuple[Encoded, ...]

    @property
    def num_tokens(self) -> int:
        """Tokens of all items, without padding."""
        return sum(len(item.tokens) for item in self.items)

    @property
    def num_padded(self) -> int:
        """Tokens with padding: rows times the longest."""
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
    """

    places: tuple[PoolPlace, ...] = ()
    buffer: int = 0
    taken: int = 0
    left_out_before: int = 0


class LengthBuckets:
    """An endless stream of batches from a mixture.

    Args:
        mixture: Where items come from.
        encoder: Turns items into tokens.
        batch_tokens: Most tokens of a batch, padding counted; an item longer than this is a batch.
        seed: Of the order of batches.
        steps: Items per buffer.

    Attributes:
        mixture: Where items come from.
    """

    def __init__(
        self,
        mixture: Mixture,
        encoder: Encoder,
        batch_tokens: int,
        seed: int,
        steps: int = BUFFER_ITEMS,
    ) -> None:
        self.mixture = mixture
        self._encoder = encoder
        self._batch_tokens = batch_tokens
        self._seed = seed
        self._steps = steps

    def stream(self, place: BatchPlace) -> Iterator[tuple[TokenBatch, BatchPlace]]:
        """Batches from a place on, each with the place behind it; without end.

        Raises:
            DataError: A whole buffer holds no item that fits, or an item's loss weight is no
                number from 0 on.
        """
        buffer, taken, left_out_before = place.buffer, place.taken, place.left_out_before
        before = place.places or self.mixture.start()
        pieces = self.mixture.stream(before, steps=self._steps)
        for piece in pieces:
            kept, left_out = self._encoded(piece.examples, piece.rows["pool"].to_pylist())
            batches = self._cut(kept, buffer)
            for number in range(taken, len(batches)):
                last = number + 1 == len(batches)
                at = (
                    BatchPlace(piece.places, buffer + 1, 0, left_out_before + left_out)
                    if last
                    else BatchPlace(before, buffer, number + 1, left_out_before)
                )
                yield batches[number], at
            before, buffer, taken = piece.places, buffer + 1, 0
            left_out_before += left_out

    def _encoded(
        self, examples: Iterator[Example], pools: Sequence[str]
    ) -> tuple[list[Encoded], int]:
        kept: list[Encoded] = []
        left_out = 0
        for example, pool in zip(examples, pools, strict=True):
            check_weights(example)
            try:
                kept.append(self._encoder.encode(example, pool))
            except DataError:
                left_out += 1
        if not kept:
            raise DataError(
                f"none of {left_out} training items can be learned from: each is longer than "
                f"{self._encoder.max_tokens} tokens or has no reply with a loss weight"
            )
        return kept, left_out

    def _cut(self, items: list[Encoded], buffer: int) -> list[TokenBatch]:
        """Batches of neighbours by length, in an order that hangs on seed and buffer alone."""
        order = sorted(range(len(items)), key=lambda place: (-len(items[place].tokens), place))
        batches: list[TokenBatch] = []
        rows: list[Encoded] = []
        for place in order:
            longest = len(rows[0].tokens) if rows else 0
            if rows and (len(rows) + 1) * longest > self._batch_tokens:
                batches.append(TokenBatch(tuple(rows)))
                rows = []
            rows.append(items[place])
        batches.append(TokenBatch(tuple(rows)))
        shuffled = np.random.default_rng(derive("batches", self._seed, buffer))
        return [batches[place] for place in shuffled.permutation(len(batches))]
