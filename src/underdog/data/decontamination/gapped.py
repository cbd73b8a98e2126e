"""Copies of test items with single words put in, left out or replaced every few words.

Candidates are texts that hold many of a test item's words in shared runs of four. Each is aligned
with the item word by word (Smith and Waterman 1981); the score is the number of shared words, less
a price for each word that was put in, left out or replaced. A known word in place of another costs
most, since that is how different questions of one kind differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from underdog.data.decontamination.word_streams import UNKNOWN, WHOLE, Ints, Stream

SEED, SEED_WORDS, SEED_COMMON = 4, 2, 5
"""Words of a run, least of them with letters, most kinds of passages that may hold it."""

_NEAR = 20
"""Most words between the first words of two runs of one copy."""

SHORT, SHORT_LETTERED = 12 * WHOLE + 25, 5 * WHOLE - 25
"""Weight below which every word of an item must be there in order, and least weight of letters."""
MIDDLE, LETTERED = 20 * WHOLE, 6 * WHOLE
"""Weight below which an item is of middle length, and least weight of letters of longer ones."""
SHARE_MIDDLE, SHARE, ENOUGH = 0.8, 0.65, 20
"""Least shares of an item of middle length, of a longer one, and words that are enough of any."""

_SAME, _EXTRA, _STRANGE, _LOST, _OTHER = 4, 2, 6, 8, 12
"""Quarters of a word that count for a shared word, and against a further word, one that no test
item has in place of the item's, a missing word, and another known word in its place."""


@dataclass(frozen=True)
class Passages:
    """The words of all passages.

    Attributes:
        ids: Word numbers, one passage after the other.
        ends: End of each passage in `ids`; it begins at the end of the one before.
        weight: Weight of each passage, in hundredths of a word.
        lettered: Weight of its words with letters.
    """

    ids: NDArray[np.int32]
    ends: Ints
    weight: Ints
    lettered: Ints

    @classmethod
    def of(cls, words: Stream, weights: NDArray[np.int32], passages: int) -> "Passages":
        """The passages of a stream.

        Args:
            words: The words of all passages; `text` is the passage's number.
            weights: Weight of each word, by word number.
            passages: Number of passages.
        """
        ends = np.searchsorted(words.text, np.arange(passages), side="right").astype(np.int64)
        weight = weights[words.ids]
        return cls(
            ids=words.ids.astype(np.int32),
            ends=ends,
            weight=_sums(weight, ends),
            lettered=_sums(weight * words.lettered, ends),
        )

    @cached_property
    def lengths(self) -> Ints:
        """Words of each passage."""
        return np.diff(self.ends, prepend=0)

    @cached_property
    def least(self) -> Ints:
        """Words in shared runs without which a text is no candidate; more than all for none."""
        short, middle = self.weight < SHORT, self.weight < MIDDLE
        per_word = np.maximum(self.weight, 1) / np.maximum(self.lengths, 1)
        words = np.where(short, 5, np.where(middle, 8, 12)) * WHOLE / per_word
        least = np.maximum(np.where(short, 0.4 * self.lengths, words), SEED)
        told = self.lettered >= np.where(short, SHORT_LETTERED, LETTERED)
        return np.where(told, least, 1 << 40).astype(np.int64)

    def words(self, passage: int) -> NDArray[np.int32]:
        """Word numbers of a passage."""
        return self.ids[self.ends[passage - 1] if passage else 0 : self.ends[passage]]

    def in_words(self, passage: int, words: NDArray[np.int64]) -> float:
        """Share of a passage that the words hold with gaps, 1 at most; 0 when that is too little.

        Args:
            passage: Number of the passage.
            words: Word numbers of a part of a text.
        """
        own = self.words(passage)
        weight = int(self.weight[passage])
        if weight < SHORT:
            return float(in_order(words.tolist(), own.tolist(), max(1, len(own) // 4)))
        most = ENOUGH * WHOLE / weight
        least = SHARE_MIDDLE if weight < MIDDLE else min(SHARE, most)
        share = aligned(words, own) / len(own)
        return min(share, 1.0) if share >= least else 0.0


def _sums(values: NDArray[np.int32], ends: Ints) -> Ints:
    running = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    return np.diff(running[ends], prepend=0)


@dataclass(frozen=True, slots=True)
class GappedCopy:
    """A text that may hold a passage with gaps.

    Attributes:
        text: Number of the text.
        passage: Number of the passage.
        first: Index in the stream of the first shared run's first word.
        last: Index of the last shared run's first word.
    """

    text: int
    passage: int
    first: int
    last: int


def candidates(text: Ints, passage: Ints, first: Ints, least: Ints) -> Iterator[GappedCopy]:
    """Texts that share enough words with a passage, in runs close together.

    Args:
        text: Number of each shared run's text.
        passage: Number of its passage.
        first: Index in the stream of its first word.
        least: Words in shared runs that its passage needs.
    """
    if not len(text):
        return
    order = np.lexsort((first, passage, text))
    text, passage, first, least = text[order], passage[order], first[order], least[order]
    fresh = np.ones(len(text), dtype=np.bool_)
    fresh[1:] = (text[1:] != text[:-1]) | (passage[1:] != passage[:-1])
    fresh[1:] |= np.diff(first) > _NEAR
    covered = np.minimum(np.diff(first, prepend=0), SEED)
    covered[fresh] = SEED
    begins = np.flatnonzero(fresh)
    ends = np.append(begins[1:], len(text)) - 1
    enough = np.add.reduceat(covered, begins) >= least[begins]
    for begin, end in zip(begins[enough].tolist(), ends[enough].tolist(), strict=True):
        yield GappedCopy(int(text[begin]), int(passage[begin]), int(first[begin]), int(first[end]))


def aligned(words: Ints, passage: NDArray[np.int32]) -> float:
    """Best score, in words, of a part of a text against a part of a passage."""
    lost = _LOST * np.arange(len(passage) + 1)
    row = np.zeros(len(passage) + 1, dtype=np.int64)
    best = 0
    for word in words.tolist():
        fits = np.where(passage == word, _SAME, -_STRANGE if word == UNKNOWN else -_OTHER)
        row[1:] = np.maximum(np.maximum(row[:-1] + fits, row[1:] - _EXTRA), 0)
        row = np.maximum.accumulate(row + lost) - lost
        best = max(best, int(row.max()))
    return best / _SAME


def in_order(words: list[int], passage: list[int], slack: int) -> bool:
    """Whether the words stand in a text in order, with at most `slack` others between them."""
    starts = [place for place, word in enumerate(words) if word == passage[0]]
    for start in starts:
        at, left = start, slack
        for word in passage[1:]:
            at += 1
            while at < len(words) and words[at] != word and left:
                at, left = at + 1, left - 1
            if at >= len(words) or words[at] != word:
                break
        else:
            return True
    return False
