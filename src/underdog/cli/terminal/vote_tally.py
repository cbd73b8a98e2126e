"""A live line with the leading answers while a question is being answered."""

from collections import Counter
from collections.abc import Callable, Sequence

from rich.markup import escape

from underdog.core import PoolKey, Solution
from underdog.runs.store.memory_store import MemoryStore

_SHOWN = 4
_LONGEST = 40


class VoteTally(MemoryStore):
    """A store in memory that shows the leading answers whenever solutions arrive.

    Args:
        strategy: Name of the strategy, the beginning of the line.
    """

    def __init__(self, strategy: str) -> None:
        super().__init__()
        self._strategy = strategy
        self._votes: Counter[str] = Counter()
        self.show: Callable[[str], object] = str

    def add_solutions(self, pool: PoolKey, solutions: Sequence[Solution]) -> None:
        """Store solutions and show the leading answers."""
        super().add_solutions(pool, solutions)
        self._votes.update(solution.vote_key or "no answer" for solution in solutions)
        self.show(self.line)

    @property
    def line(self) -> str:
        """The strategy and the leading answers, as rich markup."""
        leaders = self._votes.most_common(_SHOWN)
        told = ", ".join(f"{escape(answer[:_LONGEST])} ×{votes}" for answer, votes in leaders)
        return f"{escape(self._strategy)}  {told}".rstrip()
