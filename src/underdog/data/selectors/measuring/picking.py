"""Pickers: from scores, clusters or vectors to the places (indices) of the kept examples.

Balanced clusters follow SmallToLarge (arXiv 2403.07384): clusters in ascending order of size each
get an equal part of what is left, small ones are emptied and leave their part to larger ones.
k-centre greedy is Gonzalez's farthest-point rule (a 2-approximation of the covering radius).
"""

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray


def top(scores: Sequence[float], count: int) -> list[int]:
    """Places of the `count` highest scores; of equal scores, the earlier.

    Example:
        >>> top([0.2, 0.9, 0.5], 2)
        [1, 2]
    """
    return sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:count]


def balanced(clusters: Sequence[int], count: int, rng: Random, small: int = 2) -> list[int]:
    """Draw `count` places so that clusters are represented as equally as their sizes allow.

    Args:
        clusters: Cluster of each place.
        count: Places to draw.
        rng: Random numbers for the draws inside a cluster.
        small: Clusters of at most this many members are used after all others.

    Example:
        >>> sorted(balanced([0, 0, 0, 0, 1, 1, 1], 4, Random(0)))[-1] >= 4
        True
    """
    ordered = sorted(_members(clusters).values(), key=lambda group: (len(group), group))
    picked: list[int] = []
    for batch in (
        [group for group in ordered if len(group) > small],
        [group for group in ordered if len(group) <= small],
    ):
        for done, group in enumerate(batch):
            part = (count - len(picked)) // (len(batch) - done)
            picked += rng.sample(group, min(part, len(group)))
    return picked


def top_of_each(scores: Sequence[float], groups: Sequence[int], count: int) -> list[int]:
    """The same share of highest scores from every group, `count` places in all.

    Whole parts first, then one more for the groups with the largest remainders.

    Example:
        >>> sorted(top_of_each([3, 2, 1, 9, 8, 7], [0, 0, 0, 1, 1, 1], 2))
        [0, 3]
    """
    members = _members(groups)
    due = {group: count * len(places) / max(1, len(scores)) for group, places in members.items()}
    parts = {group: int(share) for group, share in due.items()}
    by_remainder = sorted(due, key=lambda group: (parts[group] - due[group], group))
    for group in by_remainder[: count - sum(parts.values())]:
        parts[group] += 1
    picked: list[int] = []
    for group, places in members.items():
        best = top([scores[place] for place in places], parts[group])
        picked += [places[place] for place in best]
    return picked


def k_center(
    vectors_ND: NDArray[np.float32], count: int, first: int
) -> tuple[list[int], list[float]]:
    """Places that cover all vectors, each the farthest from the places before it.

    Args:
        vectors_ND: One row per place.
        count: Places to pick, at most N.
        first: The first place.

    Returns:
        Places in the order of picking, and the distance of each from the nearest earlier one
        (infinite for the first). Cost: `count` passes over the N × D table.
    """
    squares_N = np.einsum("nd,nd->n", vectors_ND, vectors_ND)
    nearest_N = np.full(len(vectors_ND), np.inf, dtype=np.float32)
    picked: list[int] = []
    gaps: list[float] = []
    place = first
    for _ in range(min(count, len(vectors_ND))):
        picked.append(place)
        gaps.append(float(np.sqrt(max(0.0, float(nearest_N[place])))))
        far_N = squares_N + squares_N[place] - 2 * (vectors_ND @ vectors_ND[place])
        np.minimum(nearest_N, np.maximum(far_N, 0), out=nearest_N)
        nearest_N[place] = -1
        place = int(nearest_N.argmax())
    return picked, gaps


def facility(
    vectors_ND: NDArray[np.float32], clients_MD: NDArray[np.float32], count: int
) -> tuple[list[int], list[float]]:
    """Places that together lie close to every client: greedy facility location.

    Each pick adds the most to the sum, over clients, of the similarity (dot product, not below
    zero) to the closest pick. Picks are within 1 − 1/e of the best possible (Nemhauser 1978).

    Args:
        vectors_ND: One unit row per place.
        clients_MD: Unit rows to be covered, usually a sample of the places.
        count: Places to pick, at most N.

    Returns:
        Places in the order of picking, and the mean gain per client of each. Cost: an N × M table
        and, by lazy evaluation, few passes over it.
    """
    near_NM = np.maximum(vectors_ND @ clients_MD.T, 0)
    covered_M = np.zeros(len(clients_MD), dtype=np.float32)
    bound_N = near_NM.sum(axis=1)
    picked: list[int] = []
    gains: list[float] = []
    for _ in range(min(count, len(vectors_ND))):
        place = _best_gain(near_NM, covered_M, bound_N)
        picked.append(place)
        gains.append(float(bound_N[place]) / max(1, len(clients_MD)))
        np.maximum(covered_M, near_NM[place], out=covered_M)
        bound_N[place] = -np.inf
    return picked, gains


def _members(groups: Sequence[int]) -> dict[int, list[int]]:
    """Places by group."""
    members: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        members.setdefault(group, []).append(place)
    return members


def _best_gain(
    near_NM: NDArray[np.float32], covered_M: NDArray[np.float32], bound_N: NDArray[np.float32]
) -> int:
    """The place of the largest gain; gains only fall, so an old gain bounds the new one."""
    while True:
        place = int(bound_N.argmax())
        gain = np.maximum(near_NM[place] - covered_M, 0).sum()
        stale = gain < bound_N[place] * (1 - 1e-6) - 1e-6
        bound_N[place] = gain
        if not stale:
            return place
