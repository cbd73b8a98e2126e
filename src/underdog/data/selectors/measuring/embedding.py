"""Hashed n-gram embeddings: vectors of a text's wording, without a model.

Word unigrams and bigrams, each put into one of D buckets with a sign by its hash (feature hashing,
Weinberger et al. 2009), damped by a square root, scaled to unit length. Texts that share wording
are close; texts that share only meaning are not.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from underdog.data.dataset.shingles import shingles, words


def embed(texts: Sequence[str], dims: int = 256) -> NDArray[np.float32]:
    """Unit vectors, one row of `dims` numbers per text; all zeros for an empty text."""
    vectors_ND = np.zeros((len(texts), dims), dtype=np.float32)
    for row, text in zip(vectors_ND, texts, strict=True):
        tokens = words(text)
        for size in (1, 2):
            hashes = shingles(tokens, size)
            signs = np.where(hashes >> np.uint64(63), 1.0, -1.0)
            np.add.at(row, (hashes % np.uint64(dims)).astype(np.int64), signs)
    vectors_ND = np.sign(vectors_ND) * np.sqrt(np.abs(vectors_ND))
    lengths_N1 = np.linalg.norm(vectors_ND, axis=1, keepdims=True)
    return vectors_ND / np.maximum(lengths_N1, 1e-12)
