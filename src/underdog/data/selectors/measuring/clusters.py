"""k-means clusters of trajectories or embeddings, by scipy, with a fixed seed.

Cost: (iterations + 1) · N · K · T multiplications. Empty clusters are left empty.
"""

import warnings

import numpy as np
from numpy.typing import NDArray

from underdog.data.selectors.scipy_module import scipy_module


def cluster(
    vectors_NT: NDArray[np.float32], count: int, seed: int, iterations: int = 20
) -> NDArray[np.int64]:
    """Cluster of each row, numbered from 0.

    Args:
        vectors_NT: One row per example.
        count: Most clusters; fewer when there are fewer different rows.
        seed: Seed of the initial centres (k-means++).
        iterations: Lloyd steps.

    Raises:
        MissingExtraError: scipy is not installed.
    """
    distinct = len(np.unique(vectors_NT, axis=0))
    kmeans2 = scipy_module("cluster.vq").kmeans2
    rng = np.random.default_rng(seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "One of the clusters is empty")
        _, label_N = kmeans2(
            vectors_NT.astype(np.float64),
            max(1, min(count, distinct)),
            iter=iterations,
            minit="++",
            rng=rng,
        )
    return label_N.astype(np.int64)
