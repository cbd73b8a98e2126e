"""Short items first: the longest item that is fed grows with progress (arXiv 2108.06084).

Early batches of long texts make training unstable, and short ones cost less. Longer items are
passed over for the time being, never cut; of a finite pool they come again in the next epoch.
"""

from dataclasses import dataclass

from underdog.training.schedules import Schedule


@dataclass(frozen=True, slots=True)
class LengthWarmup:
    """A limit on the length of items.

    Attributes:
        course: Limit as a share of `max_tokens`, by progress.
    """

    course: Schedule

    def limit(self, max_tokens: int, progress: float) -> int:
        """Most tokens of an item."""
        return max(1, int(self.course.factor(progress) * max_tokens))
