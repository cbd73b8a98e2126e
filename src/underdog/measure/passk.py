"""pass@k and maj@k of a pool of samples, without sampling again.

pass@k is the unbiased estimator of Chen et al. (arXiv 2107.03374), an oracle bound: it uses gold.
maj@k is the chance that a plurality vote over k samples drawn without replacement from the pool is
right, after Wang et al. (arXiv 2203.11171): exact while the number of ways to split the k votes is
moderate, else resampled. A tie goes to the answer drawn first; as all orders of the draws are
equally likely, each tied answer wins with equal chance, and no order needs to be enumerated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from underdog.errors import UsageError

EXACT_SPLITS = 2_000
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Vote:
    """One sample's answer as it enters a vote.

    Attributes:
        key: Canonical key of the answer; `None` without an answer: the sample does not vote.
        right: Whether the answer is right.
    """

    key: str | None
    right: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    votes: int
    share_right: float


def pass_at_k(n: int, right: int, k: int) -> float:
    """Unbiased estimate that one of k samples is right, from n samples of which `right` are.

    Raises:
        UsageError: Not `0 <= right <= n` or not `1 <= k <= n`.

    Example:
        >>> pass_at_k(4, 1, 2)
        0.5
    """
    _check_k(n, k)
    if not 0 <= right <= n:
        raise UsageError(f"{right} right among {n} samples; give 0 <= right <= n")
    return 1.0 - comb(n - right, k) / comb(n, k)


def maj_at_k(pool: Sequence[Vote], k: int, *, seed: int) -> float:
    """Chance that the plurality vote over k samples of `pool` is right.

    Args:
        pool: All samples of one problem.
        k: Votes per election, `1 <= k <= len(pool)`.
        seed: Used only when there are too many ways to split the votes for an exact sum.

    Raises:
        UsageError: `k` is out of range.

    Example:
        >>> pool = [Vote("4", True), Vote("4", True), Vote("5", False)]
        >>> maj_at_k(pool, 3, seed=0)
        1.0
    """
    _check_k(len(pool), k)
    answers = _answers(pool)
    silent = len(pool) - sum(answer.votes for answer in answers)
    sizes = [answer.votes for answer in answers]
    if _num_splits([*sizes, silent], k) <= EXACT_SPLITS:
        return sum(
            weight * _election(answers, split) for split, weight in _splits(sizes, silent, k)
        )
    random = np.random.default_rng(seed)
    draws = random.multivariate_hypergeometric([*sizes, silent], k, size=RESAMPLES)
    return float(np.mean([_election(answers, tuple(row[:-1])) for row in draws.tolist()]))


def _check_k(n: int, k: int) -> None:
    if not 1 <= k <= n:
        raise UsageError(f"k={k} with {n} samples; give 1 <= k <= the number of samples")


def _answers(pool: Sequence[Vote]) -> list[_Answer]:
    by_key: dict[str, list[bool]] = {}
    for vote in pool:
        if vote.key is not None:
            by_key.setdefault(vote.key, []).append(vote.right)
    return [_Answer(len(marks), sum(marks) / len(marks)) for marks in by_key.values()]


def _election(answers: Sequence[_Answer], votes: Sequence[int]) -> float:
    """Chance that the winner is right, ties shared evenly; 0 without any vote."""
    most = max(votes, default=0)
    if most == 0:
        return 0.0
    leaders = [answer for answer, count in zip(answers, votes, strict=True) if count == most]
    return sum(answer.share_right for answer in leaders) / len(leaders)


def _num_splits(sizes: Sequence[int], k: int) -> int:
    """Number of ways to split k draws over answers, at most `sizes[i]` draws for answer i."""
    ways = [1] + [0] * k
    for size in sizes:
        ways = [sum(ways[max(0, total - size) : total + 1]) for total in range(k + 1)]
    return ways[k]


def _splits(sizes: Sequence[int], silent: int, k: int) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every split of k draws over answers, with its hypergeometric probability."""
    total = comb(sum(sizes) + silent, k)
    room = [silent + sum(sizes[place + 1 :]) for place in range(len(sizes))]

    def extend(place: int, left: int, weight: int) -> Iterator[tuple[tuple[int, ...], int]]:
        if place == len(sizes):
            yield (), weight * comb(silent, left)
            return
        for count in range(max(0, left - room[place]), min(sizes[place], left) + 1):
            for rest, product in extend(
                place + 1, left - count, weight * comb(sizes[place], count)
            ):
                yield (count, *rest), product

    for split, weight in extend(0, k, 1):
        yield split, weight / total
