"""Pools of sampled solutions, and the seam to the stores that keep them.

All strategies that ask the same question of the same engine in the same way draw from one pool:
solution i of a pool is the same for each of them. Comparisons between strategies are therefore
paired by construction, nothing is sampled twice, and a run resumes where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from underdog.core.solution import Solution
from underdog.core.usage import Usage


@dataclass(frozen=True, slots=True)
class PoolKey:
    """Identity of a pool: everything that makes solutions interchangeable.

    Attributes:
        task: Task name.
        problem_id: Question id.
        engine: Engine fingerprint.
        form: Form name.
        prompt: Hash of the rendered conversation and the reply's opening.
        params: Hash of the sampling parameters.
        root_seed: The run's seed; sample i's seed is derived from it and all of the above.
        prefix: Hash of the partial solution that the samples continue; empty for whole solutions.
    """

    task: str
    problem_id: str
    engine: str
    form: str
    prompt: str
    params: str
    root_seed: int
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class StoredScore:
    """A verifier's score of one solution, `None` where it could give none, and its cost."""

    score: float | None
    usage: Usage = Usage()


class RolloutStore(Protocol):
    """Keeps solutions and scores. Every call is durable against process death when it returns."""

    def solutions(self, pool: PoolKey, start: int, count: int) -> list[Solution]:
        """Stored solutions with `start <= index < start + count`, by index; holes are left out."""
        ...

    def add_solutions(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Store solutions; an index that the pool already holds is not overwritten."""
        ...

    async def keep_solutions(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """`add_solutions` for concurrent tasks, whose writes the store may join in one commit."""
        ...

    async def keep_readings(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Replace what was read from stored solutions, whose texts stay as they are.

        Scores of solutions whose answer or status changes are dropped.
        """
        ...

    def scores(
        self, pool: PoolKey, verifier: str, indices: Sequence[int]
    ) -> dict[int, StoredScore]:
        """Stored scores by solution index."""
        ...

    def add_scores(self, pool: PoolKey, verifier: str, scores: dict[int, StoredScore]) -> None:
        """Store scores; a score that is already stored is not overwritten."""
        ...
