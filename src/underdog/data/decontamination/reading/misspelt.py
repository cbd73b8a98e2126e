"""Known words behind unknown ones: one slip of the fingers away, or drawn with other letters.

Words are found by what is left when one letter is taken out (Garbe's symmetric deletes), which
finds a letter lost, doubled, inserted or replaced and two swapped, in a time that does not grow
with the number of words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_SHORTEST, _LONGEST = 3, 24
_SHAPES = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"))
"""Letters that look like others when they stand side by side."""


@dataclass(frozen=True, slots=True)
class Deletes:
    """Hashes of words with at most one letter taken out.

    Attributes:
        known: 32-bit hashes, ascending.
        owners: Index of each hash's word; of equal hashes the more frequent word first.
    """

    known: NDArray[np.uint32]
    owners: NDArray[np.int32]

    @classmethod
    def of(cls, words: Sequence[str], counts: Sequence[int]) -> "Deletes":
        """The table of the words that have letters only.

        Args:
            words: Words.
            counts: Number of occurrences of each word.
        """
        hashes: list[int] = []
        owners: list[int] = []
        for number, word in enumerate(words):
            if _fits(word):
                parts = _parts(word)
                hashes += parts
                owners += [number] * len(parts)
        known = np.array(hashes, dtype=np.uint32)
        owner = np.array(owners, dtype=np.int32)
        frequent = -np.array(counts, dtype=np.int64)[owner] if len(owner) else owner
        order = np.lexsort((owner, frequent, known))
        return cls(known[order], owner[order])


class Misspelt:
    """The known word that an unknown one was meant to be.

    Args:
        words: Known words.
        deletes: Their table.
    """

    def __init__(self, words: Sequence[str], deletes: Deletes) -> None:
        self._words = words
        self._deletes = deletes

    @cached_property
    def _shapes(self) -> dict[str, int]:
        """Index of each word that has letters which look like others, by its plainest shape."""
        shapes = ((_shape(word), number) for number, word in enumerate(self._words))
        return {shape: number for shape, number in shapes if shape != self._words[number]}

    def meant(self, word: str) -> int | None:
        """Index of the known word behind an unknown word in small letters; `None` without one."""
        shape = _shape(word)
        if shape in self._shapes:
            return self._shapes[shape]
        return self._near(word) if _fits(word) else None

    def _near(self, word: str) -> int | None:
        """Index of the most frequent known word one slip away that is found first."""
        parts = np.array(_parts(word), dtype=np.uint32)
        known = self._deletes.known
        begins = np.searchsorted(known, parts).tolist()
        ends = np.searchsorted(known, parts, side="right").tolist()
        for begin, end in zip(begins, ends, strict=True):
            owners: list[int] = self._deletes.owners[begin:end].tolist()
            for owner in owners:
                if one_slip(word, self._words[owner]):
                    return owner
        return None


def one_slip(word: str, other: str) -> bool:
    """Whether one letter lost, added or replaced, or two swapped, make one word of the other.

    Example:
        >>> one_slip("marbels", "marbles"), one_slip("lamp", "lump"), one_slip("hen", "then")
        (True, True, True)
    """
    if len(word) < len(other):
        word, other = other, word
    start = 0
    while start < len(other) and word[start] == other[start]:
        start += 1
    left, right = word[start:], other[start:]
    if len(word) > len(other):
        return left[1:] == right
    return left[1:] == right[1:] or (left[2:] == right[2:] and left[:2] == right[:2][::-1])


def _fits(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


def _parts(word: str) -> list[int]:
    """Hashes of the word and of all that is left of it without one letter, each once."""
    data = [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]
    return list(dict.fromkeys(crc32(part.encode()) for part in data))


def _shape(word: str) -> str:
    for letters, other in _SHAPES:
        word = word.replace(letters, other)
    return word
