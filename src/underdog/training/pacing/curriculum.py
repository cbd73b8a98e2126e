"""Easy items first: of each pool, the share of the easiest that may be seen grows with progress.

Competence-based curriculum (Platanios et al., arXiv 1903.09848), with the data's own difficulty
tags instead of lengths or word frequencies. Difficulties are compared within a pool and a family
alone, since each family has its own scale, and among the items of one buffer. Harder items are
passed over; of a finite pool they come again in the next epoch.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from underdog.core import Example
from underdog.errors import DataError
from underdog.training.schedules import Schedule


@dataclass(frozen=True, slots=True)
class Curriculum:
    """The easiest items of each pool.

    Attributes:
        course: Share of the items that may be seen, by progress.
    """

    course: Schedule

    def admitted(
        self, examples: Sequence[Example], pools: Sequence[str], progress: float
    ) -> list[int]:
        """Places of the items that may be seen, at least one of each pool and family.

        Args:
            examples: Items of a buffer.
            pools: Pool of each.
            progress: Share of the budget that is spent.

        Raises:
            DataError: An item has no difficulty.
        """
        groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for place, (example, pool) in enumerate(zip(examples, pools, strict=True)):
            groups[pool, str(example.tags.get("family"))].append(place)
        share = self.course.factor(progress)
        admitted: list[int] = []
        for (pool, _), places in groups.items():
            places.sort(key=lambda place: (_difficulty(examples[place], pool), place))
            admitted += places[: max(1, math.ceil(share * len(places)))]
        return sorted(admitted)


def _difficulty(example: Example, pool: str) -> float:
    found = example.tags.get("difficulty")
    if not isinstance(found, int | float) or math.isnan(found):
        raise DataError(
            f"curriculum needs items with a difficulty; {example.id!r} of pool {pool!r} has none; "
            "leave curriculum out, or tag the items"
        )
    return float(found)
