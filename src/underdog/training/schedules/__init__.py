"""Numbers from 0 to 1 as pure functions of progress: how much of the budget is spent.

Each schedule is named by a spec such as `wsd:warmup=0.05,decay=0.3`. It gives the factor of the
peak learning rate, a pool's share of the tokens, the share of the easiest items, and so on.
"""

from typing import Protocol

from underdog.registry import Registry


class Schedule(Protocol):
    """A factor of the peak learning rate, or another share, by progress."""

    def factor(self, progress: float) -> float:
        """The number, from 0 to 1.

        Args:
            progress: Share of the stage's budget that is spent, from 0 to 1.
        """
        ...


schedules: Registry[Schedule] = Registry("schedule", __name__)
"""Schedules by name."""
