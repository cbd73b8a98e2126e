"""Shares of a mixture's pools that move with progress.

Named pools have the share that their schedule gives; the others divide the rest as they divide it
in the mixture. They are read anew for every buffer of items; what a pool has got too little in one
it gets in the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from underdog.errors import ConfigError, UnknownNameError
from underdog.training.schedules import Schedule

_TRIED = 201
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class PoolShares:
    """Shares of all pools as a function of progress.

    Attributes:
        courses: Share by progress of some pools, by name.
        standing: Share of every pool in the mixture, by name.

    Raises:
        UnknownNameError: A name is no pool's.
        ConfigError: The shares exceed 1 at some progress, or fall short with no pool to fill up.
    """

    courses: Mapping[str, Schedule]
    standing: Mapping[str, float]

    def __post_init__(self) -> None:
        for name in self.courses:
            if name not in self.standing:
                raise UnknownNameError("pool", name, self.standing)
        for step in range(_TRIED):
            self._check(step / (_TRIED - 1))

    def at(self, progress: float) -> tuple[float, ...]:
        """Share of each pool, in the mixture's order; they sum to 1."""
        named = self._named(progress)
        others = sum(share for name, share in self.standing.items() if name not in named)
        rest = max(0.0, 1 - sum(named.values()))
        shares = [
            named[name] if name in named else rest * share / others
            for name, share in self.standing.items()
        ]
        return tuple(share / sum(shares) for share in shares)

    def _named(self, progress: float) -> dict[str, float]:
        return {name: course.factor(progress) for name, course in self.courses.items()}

    def _check(self, progress: float) -> None:
        total = sum(self._named(progress).values())
        short = len(self.courses) == len(self.standing) and total < 1 - _ROUNDING
        if total > 1 + _ROUNDING or short:
            raise ConfigError(
                f"pool_shares sum to {total:g} at {progress:.1%} of the budget, "
                + ("not to 1; leave a pool out to fill up" if short else "more than 1; lower one")
            )
