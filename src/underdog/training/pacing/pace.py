"""All that a stage changes with progress about what it feeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from underdog.core import Example
from underdog.training.pacing.curriculum import Curriculum
from underdog.training.pacing.length_warmup import LengthWarmup
from underdog.training.pacing.pool_shares import PoolShares


class Edit(Protocol):
    """A change of a training item that depends on progress."""

    def edited(self, example: Example, progress: float) -> Example:
        """The item as it is fed at a progress from 0 to 1."""
        ...

    def check(self, examples: Sequence[Example]) -> None:
        """Raise `DataError` when items like these have nothing to change."""
        ...


@dataclass(frozen=True, slots=True)
class Pacing:
    """What a stage feeds when; nothing changes by default.

    Attributes:
        shares: Shares of the pools.
        curriculum: Which items may be seen, by difficulty.
        lengths: Longest item.
        edits: Changes of the items, in order.
    """

    shares: PoolShares | None = None
    curriculum: Curriculum | None = None
    lengths: LengthWarmup | None = None
    edits: tuple[Edit, ...] = ()

    def check(self, examples: Sequence[Example]) -> None:
        """Raise `DataError` when an edit has nothing to change in items like these."""
        for edit in self.edits:
            edit.check(examples)

    def fed(
        self, examples: Sequence[Example], pools: Sequence[str], progress: float
    ) -> list[tuple[Example, str]]:
        """Items of a buffer as they are fed at a progress from 0 to 1, each with its pool.

        Raises:
            DataError: The items lack what a schedule reads.
        """
        places = range(len(examples))
        chosen = self.curriculum.admitted(examples, pools, progress) if self.curriculum else places
        fed: list[tuple[Example, str]] = []
        for place in chosen:
            example = examples[place]
            for edit in self.edits:
                example = edit.edited(example, progress)
            fed.append((example, pools[place]))
        return fed

    def limit(self, max_tokens: int, progress: float) -> int:
        """Most tokens of an item at a progress from 0 to 1."""
        return self.lengths.limit(max_tokens, progress) if self.lengths else max_tokens


STEADY = Pacing()
"""Everything is fed as it comes."""
