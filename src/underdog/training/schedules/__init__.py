"""The learning rate as a pure function of progress: how much of the budget is spent.

Each schedule is named by a spec such as `wsd:warmup=0.05,decay=0.3` and gives the factor of the
peak rate for a progress from 0 to 1.
"""

from typing import Protocol

from underdog.registry import Registry


class Schedule(Protocol):
    """A factor of the peak learning rate."""

    def factor(self, progress: float) -> float:
        """The factor, from 0 to 1.

        Args:
            progress: Share of the stage's budget that is spent, from 0 to 1.
        """
        ...


schedules: Registry[Schedule] = Registry("schedule", __name__)
"""Learning rate schedules by name."""
