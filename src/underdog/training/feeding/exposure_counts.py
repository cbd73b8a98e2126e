"""What a stage has fed to its model: items, tokens and tokens with loss, by pool and family.

Tokens are those that were fed: the prompt as the chat template writes it, the reply, and the token
that ends it; no padding.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from underdog.training.feeding.encoding import Encoded


@dataclass(frozen=True, slots=True)
class Exposed:
    """What was fed of one family in one pool.

    Attributes:
        pool: Name of the pool.
        family: The items' tag `family`; empty for items without one.
        items: Items fed, repeats counted.
        tokens: Their tokens.
        loss_tokens: Those of them that carried loss.
    """

    pool: str
    family: str
    items: int
    tokens: int
    loss_tokens: int


class ExposureCounts:
    """Counts of what was fed.

    Args:
        rows: What was fed before, from `rows`.
    """

    def __init__(self, rows: Iterable[Exposed] = ()) -> None:
        self._counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for row in rows:
            self._counts[row.pool, row.family] = [row.items, row.tokens, row.loss_tokens]

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, object]]) -> "ExposureCounts":
        """The counts that `plain` gave."""
        return cls(Exposed(**row) for row in rows)  # type: ignore[arg-type]

    def add(self, items: Iterable[Encoded]) -> None:
        """Count items that were fed."""
        for item in items:
            counts = self._counts[item.pool, item.family]
            counts[0] += 1
            counts[1] += len(item.tokens)
            counts[2] += item.num_loss_tokens

    @property
    def rows(self) -> Iterator[Exposed]:
        """The counts by pool and family, in the order in which they were first met."""
        for (pool, family), counts in self._counts.items():
            yield Exposed(pool, family, *counts)

    @property
    def plain(self) -> list[dict[str, object]]:
        """The rows as JSON values."""
        return [asdict(row) for row in self.rows]

    @property
    def pools(self) -> dict[str, int]:
        """Tokens by pool."""
        tokens: dict[str, int] = {}
        for row in self.rows:
            tokens[row.pool] = tokens.get(row.pool, 0) + row.tokens
        return tokens
