"""Which pool the next training item comes from: shares kept in tokens, exposures evenly spaced.

Worst-case fair weighted fair queueing (WF2Q; Bennett and Zhang, INFOCOM 1996), a scheduler of
network packets, with pools for flows and tokens for bits. A pool whose tokens so far are t and
whose share is s has had its due at stream position t / s. It may be chosen again once the stream
is there; of the pools that may, the one whose next item would be due first is chosen.

Bounds, with L the tokens of the longest item of all pools and M those of the pool's own: at every
step, share x total - L <= tokens of the pool <= share x total + (1 - share) x M. Hence at most
(L + (1 - share) x M) / share tokens lie between two exposures of a pool. Random sampling by weight
has no such bound, and small models pay for gaps (arXiv 2605.29548).

Nothing is random: the choice hangs on the counts alone, so that a stream resumes from its counts.
One choice costs about a microsecond.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

_ROUNDING = 1 + 1e-12


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a stream has shown of one pool.

    Attributes:
        items: Items so far.
        tokens: Their tokens.
        last_end: Stream position, in tokens, right after the last of them.
        largest_gap: Most tokens of other pools between two of them, or before the first.
    """

    items: int = 0
    tokens: int = 0
    last_end: int = 0
    largest_gap: int = 0

    def gap_at(self, position: int) -> int:
        """Largest gap, the one still open at a stream position included."""
        return max(self.largest_gap, position - self.last_end)


def gap_bound(share: float, longest_own: int, longest: int) -> float:
    """Most tokens that may lie between two exposures of a pool.

    Args:
        share: The pool's share of all tokens.
        longest_own: Tokens of its longest item.
        longest: Tokens of the longest item of any pool.

    Example:
        >>> round(gap_bound(0.1, longest_own=1, longest=1), 6)
        19.0
    """
    return (longest + (1 - share) * longest_own) / share


class Interleaver:
    """Chooses pools so that their shares of the tokens are kept at every step.

    Args:
        shares: Positive shares that sum to 1.
        exposures: Where to go on; the beginning when not given.
    """

    def __init__(self, shares: Sequence[float], exposures: Sequence[Exposure] = ()) -> None:
        self._inverse = [1 / share for share in shares]
        self._exposures = list(exposures) or [Exposure()] * len(shares)

    @property
    def exposures(self) -> tuple[Exposure, ...]:
        """What has been shown of each pool so far; enough to go on from here."""
        return tuple(self._exposures)

    @property
    def position(self) -> int:
        """Tokens so far."""
        return sum(exposure.tokens for exposure in self._exposures)

    def choose(
        self, sizes: Sequence[Sequence[int]], steps: int, until: int | None = None
    ) -> list[int]:
        """The next pools, at most `steps`.

        Ends earlier where the next size of a pool that may be chosen is not known.

        Args:
            sizes: For each pool the tokens of its next items, at least 1 each.
            steps: Most choices.
            until: Stream position in tokens at which to stop.
        """
        inverse = self._inverse
        tokens = [exposure.tokens for exposure in self._exposures]
        gaps = [exposure.largest_gap for exposure in self._exposures]
        ends = [exposure.last_end for exposure in self._exposures]
        used = [0] * len(inverse)
        position, chosen = sum(tokens), list[int]()
        waiting = [(tokens[pool] * inverse[pool], pool) for pool in range(len(inverse))]
        ready: list[tuple[float, int]] = []
        heapify(waiting)
        limit = float("inf") if until is None else until
        while len(chosen) < steps and position < limit:
            while waiting and (waiting[0][0] <= position * _ROUNDING or not ready):
                pool = waiting[0][1]
                if used[pool] == len(sizes[pool]):
                    break
                heappop(waiting)
                finish = (tokens[pool] + sizes[pool][used[pool]]) * inverse[pool]
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
                heappush(waiting, (tokens[pool] * inverse[pool], pool))
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
