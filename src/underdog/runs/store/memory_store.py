"""A rollout store that keeps nothing beyond the process: for single questions and tests."""

import math
import threading
from collections.abc import Mapping, Sequence

from underdog.core import PoolKey, Solution, StoredScore

_READ = ("answer", "vote_key", "strict", "status")


def same_reading(one: Solution, other: Solution) -> bool:
    """Whether two readings of a reply are the same to a verifier."""
    return all(getattr(one, name) == getattr(other, name) for name in _READ)


class MemoryStore:
    """A `RolloutStore` in memory, safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._solutions: dict[PoolKey, dict[int, Solution]] = {}
        self._scores: dict[tuple[PoolKey, str], dict[int, StoredScore]] = {}

    def solutions(self, pool: PoolKey, start: int, count: int) -> list[Solution]:
        """Stored solutions with `start <= index < start + count`, by index; holes are left out."""
        with self._lock:
            kept = self._solutions.get(pool, {})
            wanted = sorted(index for index in kept if start <= index < start + count)
            return [kept[index] for index in wanted]

    def add_solutions(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Store solutions; an index that the pool already holds is not overwritten."""
        with self._lock:
            kept = self._solutions.setdefault(pool, {})
            for solution in solutions:
                kept.setdefault(solution.index, solution)

    async def keep_solutions(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """`add_solutions`; there is no commit to share."""
        self.add_solutions(pool, solutions)

    async def keep_readings(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Replace what was read from stored solutions; scores of other readings are dropped."""
        with self._lock:
            kept = self._solutions.setdefault(pool, {})
            for solution in solutions:
                before = kept.get(solution.index)
                kept[solution.index] = solution
                if before is None or not same_reading(before, solution):
                    for (scored, _), scores in self._scores.items():
                        if scored == pool:
                            scores.pop(solution.index, None)

    def scores(
        self, pool: PoolKey, verifier: str, indices: Sequence[int]
    ) -> dict[int, StoredScore]:
        """Stored scores by solution index."""
        with self._lock:
            kept = self._scores.get((pool, verifier), {})
            return {index: kept[index] for index in indices if index in kept}

    def add_scores(self, pool: PoolKey, verifier: str, scores: Mapping[int, StoredScore]) -> None:
        """Store scores; a score that is already stored is not overwritten.

        NaN is stored as no score.
        """
        with self._lock:
            kept = self._scores.setdefault((pool, verifier), {})
            for index, score in scores.items():
                number = score.score is not None and not math.isnan(score.score)
                kept.setdefault(index, score if number else StoredScore(None, score.usage))
