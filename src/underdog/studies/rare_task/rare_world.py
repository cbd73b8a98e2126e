"""Text from topics with a rare task hidden in it: which of two symbols comes first.

The text is made by eight topics, each a chain that follows a word with one of four others; a
sequence of eight words changes its topic now and then. The task's symbols are 32 of the same words,
ordered at random. An example of it takes the place of a sequence's first four words: two symbols, a
label that says which comes first, and an end; the label cannot be told from the text's chains.
Unordered pairs are split in halves: one is trained on, in both orders, the other held out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from underdog.data.making.interleave import Interleaver
from underdog.seeds import derive
from underdog.training.feeding.encoding import Encoded
from underdog.training.feeding.length_buckets import BatchPlace, TokenBatch

Ints = NDArray[np.int64]

WORDS = 200
SYMBOLS = 32
FIRST, SECOND, END = WORDS, WORDS + 1, WORDS + 2
VOCABULARY = WORDS + 3
LENGTH = 8
_TOPICS = 8
_FOLLOWERS = 4
_CHANGE = 0.1
_WEIGHTS = (0.0, *(1.0,) * (LENGTH - 1))


def _shares(count: int) -> NDArray[np.float64]:
    """Shares that fall as 1 / rank."""
    ranks = 1.0 / np.arange(1, count + 1)
    return ranks / ranks.sum()


@dataclass(frozen=True)
class RareWorld:
    """Text and task of one seed.

    Attributes:
        seed: Root seed of chains, symbols, order and split.
    """

    seed: int

    def _rng(self, *what: str) -> np.random.Generator:
        return np.random.default_rng(derive("rare task", self.seed, *what))

    @cached_property
    def _followers(self) -> Ints:
        """The words that may follow each word in each topic, likeliest first."""
        rng = self._rng("followers")
        shape = (_TOPICS, WORDS)
        return np.array(
            [rng.permutation(WORDS)[:_FOLLOWERS] for _ in range(shape[0] * shape[1])]
        ).reshape(*shape, _FOLLOWERS)

    @cached_property
    def _split(self) -> tuple[Ints, Ints]:
        """Ordered pairs with labels, trained on and held out; the two orders of a pair adjoin."""
        rng = self._rng("pairs")
        symbols = rng.permutation(WORDS)[:SYMBOLS]
        pairs = rng.permutation(np.array(list(combinations(range(SYMBOLS), 2))))
        low, high = symbols[pairs[:, 0]], symbols[pairs[:, 1]]
        first, second = np.full(len(pairs), FIRST), np.full(len(pairs), SECOND)
        rows = np.stack([np.stack([low, high, first], 1), np.stack([high, low, second], 1)], 1)
        half = len(pairs) // 2
        return rows[:half].reshape(-1, 3), rows[half:].reshape(-1, 3)

    @property
    def trained(self) -> Ints:
        """Rows of symbol, symbol, label that are trained on."""
        return self._split[0]

    @property
    def held_out(self) -> Ints:
        """Rows of symbol, symbol, label that are never trained on."""
        return self._split[1]

    def text(self, count: int, purpose: str) -> Ints:
        """Sequences of text, of shape (count, 8)."""
        rng = self._rng("text", purpose)
        topics = rng.choice(_TOPICS, count, p=_shares(_TOPICS))
        made = np.empty((count, LENGTH), dtype=np.int64)
        made[:, 0] = rng.choice(WORDS, count, p=_shares(WORDS))
        for place in range(1, LENGTH):
            other = rng.choice(_TOPICS, count, p=_shares(_TOPICS))
            topics = np.where(rng.random(count) < _CHANGE, other, topics)
            choice = rng.choice(_FOLLOWERS, count, p=_shares(_FOLLOWERS))
            made[:, place] = self._followers[topics, made[:, place - 1], choice]
        return made

    def examples(self, count: int) -> Ints:
        """Task examples, of shape (count, 3): passes over the trained pairs in changing order."""
        rng = self._rng("examples")
        passes = -(-count // len(self.trained))
        order = np.concatenate([rng.permutation(len(self.trained)) for _ in range(passes)])
        return self.trained[order[:count]]


def placed(count: int, share: float, burst: int) -> NDArray[np.bool_]:
    """Which of `count` sequences carry an example, by the interleaver of mixtures.

    Args:
        count: Sequences.
        share: Share of them that carry one.
        burst: Examples that come one right after the other; 1 spaces them evenly.
    """
    chooser = Interleaver([1 - share, share])
    bursts = int(count * share / burst) + 2
    pools = chooser.choose([[1] * count, [burst] * bursts], count)
    rare = np.array(pools, dtype=np.bool_)
    return np.repeat(rare, np.where(rare, burst, 1))[:count]


class RareStream:
    """Batches of sequences, some of them with an example of the task; an end comes at `steps`.

    Args:
        world: Text and task.
        share: Share of the sequences with an example.
        burst: Examples in a row.
        batch: Sequences per batch.
        steps: Batches.
    """

    packed = False

    def __init__(self, world: RareWorld, share: float, burst: int, batch: int, steps: int) -> None:
        count = batch * steps
        self.rare = placed(count, share, burst).reshape(steps, batch)
        rows = world.text(count, "train")
        places = np.flatnonzero(self.rare)
        rows[places, :3] = world.examples(len(places))
        rows[places, 3] = END
        self._rows = rows.reshape(steps, batch, LENGTH)

    @property
    def exposures(self) -> int:
        """Examples of the task in the whole stream."""
        return int(self.rare.sum())

    @property
    def largest_gap(self) -> int:
        """Most batches between two that hold an example, or before the first or after the last."""
        met = np.flatnonzero(self.rare.any(axis=1))
        return int(np.diff([-1, *met.tolist(), len(self.rare)]).max())

    def stream(
        self, place: BatchPlace, progress: Callable[[], float] = lambda: 0.0
    ) -> Iterator[tuple[TokenBatch, BatchPlace]]:
        """Batches from a place on, each with the place behind it; the same at any progress."""
        for step in range(place.taken, len(self._rows)):
            rows = self._rows[step].tolist()
            pools = ("rare" if one else "text" for one in self.rare[step].tolist())
            items = tuple(
                Encoded(tuple(row), _WEIGHTS, pool) for row, pool in zip(rows, pools, strict=True)
            )
            yield TokenBatch(items), BatchPlace(taken=step + 1)
