"""Hashed runs of successive words, and the table of the runs in test items."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from underdog.data.dataset.shingles import windows
from underdog.data.decontamination.word_streams import UNKNOWN, Flags, Hashes, Ints, Stream

_SIEVE_BITS = range(8, 25)


@dataclass(frozen=True, slots=True)
class Grams:
    """Hashed runs of words, one array entry per run.

    Attributes:
        hashes: 64-bit hash of each run.
        text: Number of the text that holds each run.
        first: Index in the stream of each run's first word.
    """

    hashes: Hashes
    text: Ints
    first: Ints


def grams(stream: Stream, size: int, lettered: int, word_hashes: Hashes) -> Grams:
    """All runs of `size` known words inside one text, at least `lettered` of them with letters."""
    total = len(stream.ids) - size + 1
    if total <= 0:
        none = np.empty(0, dtype=np.int64)
        return Grams(np.empty(0, dtype=np.uint64), none, none)
    good = stream.text[size - 1 :] == stream.text[:total]
    good &= _sums(stream.ids == UNKNOWN, size) == 0
    if lettered:
        good &= _sums(stream.lettered, size) >= lettered
    first = np.flatnonzero(good)
    hashes = windows(word_hashes[stream.ids], size)[first]
    return Grams(hashes, stream.text[first], first)


def common_runs(found: Grams, kind: Ints, most: int) -> Hashes:
    """Hashes of the runs that are in more than `most` kinds of passages."""
    hashes, kinds = np.unique(distinct_pairs(found.hashes, kind[found.text])[0], return_counts=True)
    return hashes[kinds > most]


def covered(found: Grams, hashes: Hashes, size: int, words: int) -> Flags:
    """Flag per word of a stream: whether it is in one of the runs with these hashes."""
    steps = np.zeros(words + 1, dtype=np.int64)
    first = found.first[np.isin(found.hashes, hashes)]
    np.add.at(steps, first, 1)
    np.add.at(steps, first + size, -1)
    return np.cumsum(steps[:-1]) > 0


def _sums(flags: Flags, size: int) -> Ints:
    """Number of set flags in every window of `size` flags."""
    running = np.zeros(len(flags) + 1, dtype=np.int32)
    np.cumsum(flags, out=running[1:])
    return (running[size:] - running[:-size]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class GramTable:
    """The test passages that hold each run; runs in many different passages are left out.

    Attributes:
        known: Hashes of the runs, ascending.
        starts: Index in `owners` of each run's first passage, and the length of `owners`.
        owners: Passage numbers, run by run.
        sieve: Flag per value of the leading bits: whether a known hash begins with them. Rules
            out most unknown hashes by one lookup.
    """

    known: Hashes
    starts: Ints
    owners: NDArray[np.int32]
    sieve: Flags

    @classmethod
    def build(cls, found: Grams, kind: Ints, common: int) -> "GramTable":
        """The table of the runs of all passages.

        Args:
            found: The runs; `text` is the passage's number.
            kind: Kind of each passage; passages that differ only in numbers share one.
            common: Most kinds that may hold a run; a more frequent run is left out.
        """
        hashes, owner = distinct_pairs(found.hashes, found.text)
        stays = ~np.isin(hashes, common_runs(found, kind, common))
        hashes, owners = hashes[stays], owner[stays].astype(np.int32)
        known, starts = np.unique(hashes, return_index=True)
        ends = np.append(starts, len(hashes)).astype(np.int64)
        return cls(known, ends, owners, sieve_of(known))

    def sizes(self, passages: int) -> Ints:
        """Number of different runs in the table, by passage number from 0."""
        return np.bincount(self.owners, minlength=passages).astype(np.int64)

    def find(self, hashes: Hashes) -> tuple[Ints, Ints]:
        """Indices in `hashes` of known hashes and, paired with them, numbers of their passages."""
        maybe = sieved(self.sieve, hashes)
        at = np.searchsorted(self.known, hashes[maybe])
        at = np.minimum(at, max(0, len(self.known) - 1))
        known = self.known[at] == hashes[maybe] if len(self.known) else np.zeros(0, np.bool_)
        maybe, at = maybe[known], at[known]
        counts = self.starts[at + 1] - self.starts[at]
        within = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(
            np.cumsum(counts) - counts, counts
        )
        owners = self.owners[np.repeat(self.starts[at], counts) + within]
        return np.repeat(maybe, counts), owners.astype(np.int64)


def sieve_of(known: Hashes) -> Flags:
    """Flag per value of the leading bits: whether a known hash begins with them."""
    bits = min(max(len(known).bit_length() + 4, _SIEVE_BITS[0]), _SIEVE_BITS[-1])
    sieve = np.zeros(1 << bits, dtype=np.bool_)
    sieve[known >> np.uint64(64 - bits)] = True
    return sieve


def sieved(sieve: Flags, hashes: Hashes) -> Ints:
    """Indices of the hashes that may be known."""
    shift = np.uint64(65 - len(sieve).bit_length())
    return np.flatnonzero(sieve[hashes >> shift])


def distinct_pairs(hashes: Hashes, numbers: Ints) -> tuple[Hashes, Ints]:
    """Each pair once, in ascending order."""
    once = distinct(hashes, numbers)
    return hashes[once], numbers[once]


def distinct(hashes: Hashes, numbers: Ints) -> Ints:
    """Index of each pair once, in ascending order of the pairs."""
    order = np.lexsort((numbers, hashes))
    left, right = hashes[order], numbers[order]
    fresh = np.ones(len(left), dtype=np.bool_)
    fresh[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return order[fresh]
