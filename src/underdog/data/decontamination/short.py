"""Test items shorter than a run of 13 words, found where a text holds them word for word.

A text is searched for each item's rarest run of a few words, then compared with the whole item.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from underdog.data.decontamination.grams import grams, sieve_of, sieved
from underdog.data.decontamination.word_streams import WHOLE, Flags, Hashes, Ints, Stream

_ROUND = 25


@dataclass(frozen=True, slots=True)
class ShortTable:
    """Short passages, found by their rarest run of words.

    Attributes:
        size: Words per run.
        known: Hashes of the runs, ascending, one per passage; passages may share a hash.
        passages: Number of the passage of each hash.
        offsets: Index in the passage of the run's first word.
        ids: Word numbers of all passages, one passage after the other, in the order of `known`.
        ends: End of each passage in `ids`; it begins at the end of the one before.
        sieve: Flag per value of the leading bits: whether a known hash begins with them.
    """

    size: int
    known: Hashes
    passages: Ints
    offsets: Ints
    ids: Ints
    ends: Ints
    sieve: Flags

    @classmethod
    def build(
        cls,
        words: Stream,
        below: int,
        lettered: int,
        word_hashes: Hashes,
        weights: NDArray[np.int32],
    ) -> "ShortTable":
        """The table of the short passages.

        Args:
            words: The words of all passages; `text` is the passage's number.
            below: Words, by weight, from which a passage is no longer short.
            lettered: Least words with letters in a passage; also the words per run.
            word_hashes: Hash of each word.
            weights: Weight of each word, in hundredths.
        """
        weight = weights[words.ids]
        lengths = np.bincount(words.text, weights=weight)
        letters = np.bincount(words.text, weights=weight * words.lettered)
        # A character weighs a part of a word, so that no sum of theirs is exactly a whole number.
        fit = (lengths < below * WHOLE - _ROUND) & (letters >= lettered * WHOLE - _ROUND)
        short = words.only(fit[words.text]) if len(words.text) else words
        runs = grams(short, lettered, 0, word_hashes)
        often: Counter[int] = Counter(runs.hashes.tolist())
        best: dict[int, tuple[int, int, int]] = {}
        for gram, passage, first in zip(
            runs.hashes.tolist(), runs.text.tolist(), runs.first.tolist(), strict=True
        ):
            rank = (often[gram], first, gram)
            best[passage] = min(best.get(passage, rank), rank)
        rows = sorted((gram, passage, first) for passage, (_, first, gram) in best.items())
        passages = np.array([passage for _, passage, _ in rows], dtype=np.int64)
        firsts = np.array([first for _, _, first in rows], dtype=np.int64)
        begins = np.searchsorted(short.text, passages)
        counts = np.searchsorted(short.text, passages + 1) - begins
        ends = np.cumsum(counts)
        within = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(ends - counts, counts)
        known = np.array([gram for gram, _, _ in rows], dtype=np.uint64)
        return cls(
            size=lettered,
            known=known,
            passages=passages,
            offsets=firsts - begins,
            ids=short.ids[np.repeat(begins, counts) + within],
            ends=ends,
            sieve=sieve_of(known),
        )

    def find(self, words: Stream, word_hashes: Hashes) -> Iterator[tuple[int, int, int]]:
        """Occurrences of passages: index of the first word in `words`, passage number, words."""
        runs = grams(words, self.size, 0, word_hashes)
        places = sieved(self.sieve, runs.hashes)
        begins = np.searchsorted(self.known, runs.hashes[places])
        for place, at in zip(places.tolist(), begins.tolist(), strict=True):
            while at < len(self.known) and self.known[at] == runs.hashes[place]:
                ids = self.ids[self.ends[at - 1] if at else 0 : self.ends[at]]
                first = int(runs.first[place]) - int(self.offsets[at])
                if first >= 0 and _stands(words, first, ids):
                    yield first, int(self.passages[at]), len(ids)
                at += 1


def _stands(words: Stream, first: int, ids: Ints) -> bool:
    """Whether one text holds the words `ids` from index `first` on."""
    end = first + len(ids)
    if end > len(words.ids) or words.text[first] != words.text[end - 1]:
        return False
    return np.array_equal(words.ids[first:end], ids)
