"""Courses from one number to another: along a line, a root, or in one step."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from underdog.training.schedules import Schedule, schedules


@dataclass(frozen=True, slots=True)
class _Between:
    """A number that goes from `start` to `end` while progress goes from `begin` to `until`."""

    start: float
    end: float
    begin: float
    until: float
    bend: Callable[[float], float]

    def __post_init__(self) -> None:
        for name in ("start", "end", "begin", "until"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a number from 0 to 1, not {getattr(self, name)!r}")
        if self.begin >= self.until:
            raise ValueError(f"begin={self.begin} must be below until={self.until}")

    def factor(self, progress: float) -> float:
        """The number at a progress from 0 to 1."""
        way = (progress - self.begin) / (self.until - self.begin)
        return self.start + (self.end - self.start) * self.bend(min(max(way, 0.0), 1.0))


@schedules.register("linear")
def linear(
    start: float = 1.0, end: float = 0.0, begin: float = 0.0, until: float = 1.0
) -> Schedule:
    """From `start` to `end` along a line, between `begin` and `until` of the budget."""
    return _Between(start, end, begin, until, lambda way: way)


@schedules.register("root")
def root(start: float = 0.0, end: float = 1.0, begin: float = 0.0, until: float = 1.0) -> Schedule:
    """From `start` to `end` along a square root: fast at first (competence, arXiv 1903.09848)."""
    return _Between(start, end, begin, until, math.sqrt)


@schedules.register("step")
def step(start: float = 1.0, end: float = 0.0, at: float = 0.5) -> Schedule:
    """`start` before `at` of the budget, `end` from there on."""
    if not 0 < at < 1:
        raise ValueError(f"at is a share of the budget between 0 and 1, not {at!r}")
    return _Between(start, end, 0.0, at, lambda way: float(way >= 1))
