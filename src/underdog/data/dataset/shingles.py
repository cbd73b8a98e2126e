"""Hashed n-grams of words: 64-bit numbers, the same on every machine."""

import re
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_WORD = re.compile(r"\w+|[^\w\s]")
_BASE = 0x9E3779B97F4A7C15


def words(text: str) -> list[str]:
    """Words and punctuation marks of a text, case-folded.

    Example:
        >>> words("Is 3+4 = 7?")
        ['is', '3', '+', '4', '=', '7', '?']
    """
    return _WORD.findall(text.casefold())


def word_hash(word: str) -> int:
    """64-bit hash of a word."""
    return int.from_bytes(
        blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big"
    )


def windows(hashes: Hashes, size: int) -> Hashes:
    """Hash of every window of `size` successive words: a polynomial modulo 2^64, built by doubling.

    Args:
        hashes: Hash of each word, L of them.
        size: Window length, at least 1.

    Returns:
        L − size + 1 hashes; none when L is smaller than `size`.
    """
    if len(hashes) < size:
        return np.empty(0, dtype=np.uint64)
    total = len(hashes) - size + 1
    power, width = hashes, 1
    done, done_width = None, 0
    left = size
    with np.errstate(over="ignore"):
        while True:
            if left & 1:
                part = power[done_width:][:total]
                shift = np.uint64(pow(_BASE, done_width, 1 << 64))
                done = part.copy() if done is None else done + shift * part
                done_width += width
            left >>= 1
            if not left:
                return done if done is not None else power[:0]
            power = power[:-width] + np.uint64(pow(_BASE, width, 1 << 64)) * power[width:]
            width *= 2


def shingles(tokens: Sequence[str], size: int) -> Hashes:
    """Distinct hashes of windows of `size` words; of a shorter text, one hash of all of it."""
    hashes = np.array([word_hash(token) for token in tokens], dtype=np.uint64)
    if not len(hashes):
        return hashes
    return np.unique(windows(hashes, min(size, len(hashes))))
