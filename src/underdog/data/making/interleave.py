"""Choosing the pool of the next training item: token shares kept, exposures evenly spaced.

Worst-case fair weighted fair queueing (WF2Q; Bennett and Zhang, INFOCOM 1996), a scheduler of
network packets, with pools for flows and tokens for bits. A pool with share s that has given t
tokens is due again at stream position t / s. Of the pools that are due, the one is chosen whose
due position after its next item comes first.

Bounds, with L the tokens of the longest item of all pools and M of the pool's longest: at every
step, share x total - L <= tokens of the pool <= share x total + (1 - share) x M. Hence at most
(L + (1 - share) x M) / share tokens lie between two exposures of a pool. Random sampling by weight
has no such bound, and small models pay for gaps (arXiv 2605.29548).

Nothing is random: the choice depends on the counts alone, so that a stream resumes from them.
One choice costs about a microsecond.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

_ROUNDING = 1 + 1e-12


@dataclass(frozen=True, slots=True)
class Exposure:
    """How much of one pool a stream has given.

    Attributes:
        items: Items of the pool so far.
        tokens: Tokens of those items.
        last_end: Stream position, in tokens, after the pool's last item.
        largest_gap: Most tokens of other pools between two items of the pool, or before the first.
    """

    items: int = 0
    tokens: int = 0
    last_end: int = 0
    largest_gap: int = 0

    def gap_at(self, position: int) -> int:
        """Largest gap in tokens, the open gap before stream position `position` included."""
        return max(self.largest_gap, position - self.last_end)


def gap_bound(share: float, longest_own: int, longest: int) -> float:
    """Most tokens that may lie between two exposures of a pool.

    Args:
        share: The pool's share of all tokens.
        longest_own: Tokens of the pool's longest item.
        longest: Tokens of the longest item of any pool.

    Example:
        >>> round(gap_bound(0.1, longest_own=1, longest=1), 6)
        19.0
    """
    return (longest + (1 - share) * longest_own) / share


class Interleaver:
    """Chooses pools so that their shares of the tokens are kept at every step.

    Args:
        shares: Shares that sum to 1; a pool with share 0 is never chosen.
        exposures: Exposure of each pool so far; empty at the beginning.
        owed: Where the shares have changed, the tokens that each pool is behind what it was due
            so far; empty when they have always been these.
    """

    def __init__(
        self,
        shares: Sequence[float],
        exposures: Sequence[Exposure] = (),
        owed: Sequence[float] = (),
    ) -> None:
        self._shares = shares
        self._inverse = [1 / share if share else 0.0 for share in shares]
        self._exposures = list(exposures) or [Exposure()] * len(shares)
        self._ahead, self._shift = [0.0] * len(shares), 0.0
        if owed:
            self._start_anew(owed)

    @property
    def exposures(self) -> tuple[Exposure, ...]:
        """Exposure of each pool so far, from which another interleaver can go on."""
        return tuple(self._exposures)

    @property
    def position(self) -> int:
        """Stream position: tokens of all pools so far."""
        return sum(exposure.tokens for exposure in self._exposures)

    @property
    def owed(self) -> tuple[float, ...]:
        """Tokens that each pool is behind its share, to begin with other shares."""
        position = self.position + self._shift
        return tuple(
            share * position - exposure.tokens - ahead
            for share, exposure, ahead in zip(
                self._shares, self._exposures, self._ahead, strict=True
            )
        )

    def _start_anew(self, owed: Sequence[float]) -> None:
        """Count as if these shares had been kept so far but for what is owed."""
        due = [late * inverse for late, inverse in zip(owed, self._inverse, strict=True)]
        position = max(0.0, *due)
        self._shift = position - self.position
        self._ahead = [
            share * position - late - exposure.tokens
            for share, late, exposure in zip(self._shares, owed, self._exposures, strict=True)
        ]

    def choose(
        self, sizes: Sequence[Sequence[int]], steps: int, until: int | None = None
    ) -> list[int]:
        """Numbers of the next pools, at most `steps` of them.

        Stops early when a pool that is due has no further item in `sizes`.

        Args:
            sizes: Tokens of the next items of each pool, at least 1 per item.
            steps: Most choices.
            until: Stream position in tokens at which to stop.
        """
        inverse, ahead, shift = self._inverse, self._ahead, self._shift
        tokens = [exposure.tokens for exposure in self._exposures]
        gaps = [exposure.largest_gap for exposure in self._exposures]
        ends = [exposure.last_end for exposure in self._exposures]
        used = [0] * len(inverse)
        position, chosen = sum(tokens), list[int]()
        waiting = [
            ((tokens[pool] + ahead[pool]) * inverse[pool], pool)
            for pool in range(len(inverse))
            if inverse[pool]
        ]
        ready: list[tuple[float, int]] = []
        heapify(waiting)
        limit = float("inf") if until is None else until
        while len(chosen) < steps and position < limit:
            while waiting and (waiting[0][0] <= (position + shift) * _ROUNDING or not ready):
                pool = waiting[0][1]
                if used[pool] == len(sizes[pool]):
                    break
                heappop(waiting)
                finish = (tokens[pool] + ahead[pool] + sizes[pool][used[pool]]) * inverse[pool]
                heappush(ready, (finish, pool))
            else:
                pool = heappop(ready)[1]
                size = sizes[pool][used[pool]]
                if position - ends[pool] > gaps[pool]:
                    gaps[pool] = position - ends[pool]
                position += size
                used[pool] += 1
                tokens[pool] += size
                ends[pool] = position
                chosen.append(pool)
                heappush(waiting, ((tokens[pool] + ahead[pool]) * inverse[pool], pool))
                continue
            break
        self._exposures = [
            replace(
                exposure,
                items=exposure.items + used[pool],
                tokens=tokens[pool],
                last_end=ends[pool],
                largest_gap=gaps[pool],
            )
            for pool, exposure in enumerate(self._exposures)
        ]
        return chosen
