"""Hashed runs of words, and the table of those that stand in test items."""

from dataclasses import dataclass

import numpy as np

from underdog.data.decontamination.tokens import UNKNOWN, Flags, Hashes, Ints, Stream
from underdog.data.selectors.shingles import windows

_SIEVE_BITS = range(8, 25)


@dataclass(frozen=True, slots=True)
class Grams:
    """Runs of words.

    Attributes:
        hashes: Hash of each run.
        text: Which text it is from.
        first: Where in its stream it begins.
    """

    hashes: Hashes
    text: Ints
    first: Ints


def grams(stream: Stream, size: int, lettered: int, word_hashes: Hashes) -> Grams:
    """All runs of `size` known words inside one text, of which enough have letters."""
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


def _sums(flags: Flags, size: int) -> Ints:
    """How many flags are set in every window."""
    running = np.zeros(len(flags) + 1, dtype=np.int32)
    np.cumsum(flags, out=running[1:])
    return (running[size:] - running[:-size]).astype(np.int64)


class GramTable:
    """Which test passages hold a run; runs that many different ones hold are left out.

    Args:
        found: Runs of all passages, `text` being the passage's number.
        kind: Passages of the same kind count once towards `common`, by passage.
        common: A run in more than this many kinds is left out.
    """

    def __init__(self, found: Grams, kind: Ints, common: int) -> None:
        hashes, owner = distinct_pairs(found.hashes, found.text)
        _, kinds = np.unique(distinct_pairs(found.hashes, kind[found.text])[0], return_counts=True)
        stays = np.repeat(kinds <= common, np.unique(hashes, return_counts=True)[1])
        hashes, self._owners = hashes[stays], owner[stays].astype(np.int32)
        self._known, starts = np.unique(hashes, return_index=True)
        self._starts = np.append(starts, len(hashes)).astype(np.int64)
        wanted = len(self._known).bit_length() + 4
        bits = min(max(wanted, _SIEVE_BITS[0]), _SIEVE_BITS[-1])
        self._shift = np.uint64(64 - bits)
        self._sieve = np.zeros(1 << bits, dtype=np.bool_)
        self._sieve[self._known >> self._shift] = True

    def sizes(self, passages: int) -> Ints:
        """How many different runs of each passage are in the table."""
        return np.bincount(self._owners, minlength=passages).astype(np.int64)

    def find(self, hashes: Hashes) -> tuple[Ints, Ints]:
        """Places of `hashes` that are known and, beside them, passages that hold them."""
        maybe = np.flatnonzero(self._sieve[hashes >> self._shift])
        at = np.searchsorted(self._known, hashes[maybe])
        at = np.minimum(at, max(0, len(self._known) - 1))
        known = self._known[at] == hashes[maybe] if len(self._known) else np.zeros(0, np.bool_)
        maybe, at = maybe[known], at[known]
        counts = self._starts[at + 1] - self._starts[at]
        within = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(
            np.cumsum(counts) - counts, counts
        )
        owners = self._owners[np.repeat(self._starts[at], counts) + within]
        return np.repeat(maybe, counts), owners.astype(np.int64)


def distinct_pairs(hashes: Hashes, numbers: Ints) -> tuple[Hashes, Ints]:
    """Each pair once, in ascending order."""
    order = np.lexsort((numbers, hashes))
    left, right = hashes[order], numbers[order]
    fresh = np.ones(len(left), dtype=np.bool_)
    fresh[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return left[fresh], right[fresh]
