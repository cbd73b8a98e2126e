"""Test items too short for a run of 13 words: found when they stand in a text word for word.

Each is looked for by its rarest run of a few words; where that stands, the rest is compared.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from underdog.data.decontamination.grams import grams
from underdog.data.decontamination.tokens import Hashes, Ints, Stream


@dataclass(frozen=True, slots=True)
class _Anchor:
    """Attributes: passage, its words, and which of them the run begins with."""

    passage: int
    ids: Ints
    offset: int


class ShortTable:
    """Short passages by their rarest run.

    Args:
        words: All passages' words, `text` being the passage's number.
        below: Passages of at least this many words are left to the run rule.
        lettered: Words with letters that a passage must hold; also the length of a run.
        word_hashes: Hash of each word.
    """

    def __init__(self, words: Stream, below: int, lettered: int, word_hashes: Hashes) -> None:
        self._size = lettered
        lengths = np.bincount(words.text)
        letters = np.bincount(words.text, weights=words.lettered)
        fit = (lengths < below) & (letters >= lettered)
        short = words.only(fit[words.text]) if len(words.text) else words
        runs = grams(short, self._size, 0, word_hashes)
        often: Counter[int] = Counter(runs.hashes.tolist())
        best: dict[int, tuple[int, int, int]] = {}
        for gram, passage, first in zip(
            runs.hashes.tolist(), runs.text.tolist(), runs.first.tolist(), strict=True
        ):
            rank = (often[gram], first, gram)
            best[passage] = min(best.get(passage, rank), rank)
        self._anchors: dict[int, list[_Anchor]] = {}
        for passage, (_, first, gram) in best.items():
            start, end = np.searchsorted(short.text, [passage, passage + 1])
            anchor = _Anchor(passage, short.ids[start:end], first - int(start))
            self._anchors.setdefault(gram, []).append(anchor)
        self._known = np.array(sorted(self._anchors), dtype=np.uint64)

    def find(self, words: Stream, word_hashes: Hashes) -> Iterator[tuple[int, int, int]]:
        """Where in `words` a passage begins, which one, and its length."""
        runs = grams(words, self._size, 0, word_hashes)
        for place in np.flatnonzero(np.isin(runs.hashes, self._known)).tolist():
            for anchor in self._anchors[int(runs.hashes[place])]:
                first = int(runs.first[place]) - anchor.offset
                end = first + len(anchor.ids)
                if first < 0 or end > len(words.ids) or words.text[first] != words.text[end - 1]:
                    continue
                if np.array_equal(words.ids[first:end], anchor.ids):
                    yield first, anchor.passage, len(anchor.ids)
