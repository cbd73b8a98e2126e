"""MinHash de-duplication: keep the first of near-equal examples (Broder 1997).

Word shingles of a text are reduced to a signature of P minima; banding finds candidates, and the
share of equal minima, an estimate of the Jaccard similarity with a standard error of at most
0.5 / sqrt(P), decides. Streams; memory per kept example is 4·P bytes of signature, one table entry
per band, and its id. No model calls. Cost: about P multiplications per word.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from underdog.core.example import Example
from underdog.data.dataset.example_text import part_of
from underdog.data.dataset.shingles import Hashes, shingles, words
from underdog.data.selectors import selectors
from underdog.data.selectors.keep import Keep
from underdog.data.selectors.selector import Aid, Aids, Choice
from underdog.generators.knobs import share, whole
from underdog.seeds import derive

Signature = NDArray[np.uint32]


@selectors.register("minhash")
class MinHash:
    """Keep the first of examples that share most of their word shingles.

    The score is the estimated similarity to the nearest kept candidate, 0 without one.

    Args:
        threshold: Least Jaccard similarity of two examples that count as equal.
        words: Words per shingle.
        minima: Minima per signature.
        part: `all` of the example, its `prompt` or its `completion`.
    """

    name = "minhash"
    needs: tuple[Aid, ...] = ()
    streams = True

    def __init__(
        self, threshold: float = 0.8, words: int = 3, minima: int = 128, part: str = "all"
    ) -> None:
        self._threshold = share("threshold", threshold)
        self._words = whole("words", words, 1, 64)
        self._minima = whole("minima", minima, 8, 4096)
        self._part = part_of(part)

    def choose(
        self, examples: Iterable[Example], keep: Keep | None, aids: Aids
    ) -> Iterator[Choice]:
        """One choice per example, in their order."""
        signer = Signer.seeded(self._minima, aids.seed)
        found = _Kept.empty(*bands(self._threshold, self._minima))
        for example in examples:
            hashes = shingles(words(self._part(example)), self._words)
            if not len(hashes):
                yield Choice(example, False, "no words")
                continue
            signature = signer.sign(hashes)
            rival, likeness = found.nearest(signature)
            if rival is not None and likeness >= self._threshold:
                yield Choice(example, False, "nearly repeats another example", likeness, rival)
            else:
                found.add(signature, example.id)
                yield Choice(example, True, "unlike those before it", likeness)


@dataclass(frozen=True, slots=True)
class Signer:
    """P hash functions x → (a·x + b) mod 2^64, upper 32 bits.

    Attributes:
        factors_P: Odd numbers a.
        shifts_P: Numbers b.
    """

    factors_P: Hashes
    shifts_P: Hashes

    @classmethod
    def seeded(cls, count: int, seed: int) -> "Signer":
        """`count` functions drawn with a seed."""
        rng = np.random.default_rng(derive("minhash", seed))
        drawn = rng.integers(0, 1 << 64, size=(2, count), dtype=np.uint64)
        return cls(drawn[0] | np.uint64(1), drawn[1])

    def sign(self, hashes: Hashes) -> Signature:
        """The least value of each function over a non-empty set of hashes."""
        values_SP = hashes[:, None] * self.factors_P[None, :] + self.shifts_P[None, :]
        return (values_SP.min(axis=0) >> np.uint64(32)).astype(np.uint32)


def bands(threshold: float, minima: int) -> tuple[int, int]:
    """Number of bands, and of rows per band, that miss few pairs at the threshold.

    The fewest bands (of the longest rows) with which a pair of exactly this similarity becomes a
    candidate with a probability of at least 0.95.

    Example:
        >>> bands(0.8, 128)
        (18, 7)
    """
    for rows in range(minima, 0, -1):
        count = minima // rows
        if 1 - (1 - threshold**rows) ** count >= 0.95:
            return count, rows
    return minima, 1


@dataclass(slots=True)
class _Kept:
    """Signatures of the kept examples, indexed by band."""

    count: int
    rows: int
    table: dict[tuple[int, bytes], list[int]]
    signatures: list[Signature]
    ids: list[str]

    @classmethod
    def empty(cls, count: int, rows: int) -> "_Kept":
        return cls(count, rows, {}, [], [])

    def nearest(self, signature: Signature) -> tuple[str | None, float]:
        """Id and estimated similarity of the nearest kept example that shares a band, if any."""
        places = {place for key in self._keys(signature) for place in self.table.get(key, ())}
        best, likeness = None, 0.0
        for place in sorted(places):
            shared = float((self.signatures[place] == signature).mean())
            if shared > likeness:
                best, likeness = self.ids[place], shared
        return best, likeness

    def add(self, signature: Signature, name: str) -> None:
        for key in self._keys(signature):
            self.table.setdefault(key, []).append(len(self.ids))
        self.signatures.append(signature)
        self.ids.append(name)

    def _keys(self, signature: Signature) -> list[tuple[int, bytes]]:
        return [
            (band, signature[band * self.rows : (band + 1) * self.rows].tobytes())
            for band in range(self.count)
        ]
