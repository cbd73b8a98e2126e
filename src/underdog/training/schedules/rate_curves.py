"""Curves of the learning rate: constant, cosine, and warm-up, stable, decay."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from underdog.training.schedules import Schedule, schedules


@dataclass(frozen=True, slots=True)
class _Warmed:
    """A factor that rises linearly from 0 before it follows a curve."""

    warmup: float
    curve: Callable[[float], float]

    def factor(self, progress: float) -> float:
        """The factor at a progress from 0 to 1."""
        at = min(max(progress, 0.0), 1.0)
        if at < self.warmup:
            return at / self.warmup
        return self.curve(at)


def _checked(**shares: float) -> None:
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ValueError(f"{name} is a share of the budget, from 0 to 1, not {share!r}")


@schedules.register("constant")
def constant(warmup: float = 0.0) -> Schedule:
    """The peak rate throughout, after the warm-up."""
    _checked(warmup=warmup)
    return _Warmed(warmup, lambda _: 1.0)


@schedules.register("cosine")
def cosine(warmup: float = 0.05, floor: float = 0.1) -> Schedule:
    """Half a cosine from the peak down to `floor` times the peak (arXiv 1608.03983)."""
    _checked(warmup=warmup, floor=floor)
    rest = 1 - warmup

    def curve(at: float) -> float:
        done = (at - warmup) / rest if rest else 1.0
        return floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2

    return _Warmed(warmup, curve)


@schedules.register("wsd")
def wsd(warmup: float = 0.05, decay: float = 0.3, floor: float = 0.0) -> Schedule:
    """Warm-up, stable, then a linear decay over the last `decay` (arXiv 2404.06395)."""
    _checked(warmup=warmup, decay=decay, floor=floor)

    def curve(at: float) -> float:
        left = (1 - at) / decay if decay else 1.0
        return floor + (1 - floor) * min(1.0, left)

    return _Warmed(warmup, curve)
