"""Sums of two numbers below 100, drawn and written as the paper does: plain, reversed, scratchpad.

Balanced samples hold all one-digit sums, and two-digit ones with none, one and two carries in equal
parts; the others are drawn evenly from all sums. Test sums have two digits and are never drawn; as
in the paper, a test sum's mirror (b + a) may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from underdog.core import Example, Message
from underdog.core.example import reply_learned
from underdog.data.dataset.arrow import Table
from underdog.data.dataset.columns import table_of
from underdog.seeds import derive

Written: TypeAlias = Literal["plain", "reversed", "scratchpad"]
Pair: TypeAlias = tuple[int, int]

TEST_ITEMS = 1000
_BELOW = 100


def carries(pair: Pair) -> int:
    """Carries when two numbers below 100 are added: 0, 1 or 2.

    Example:
        >>> [carries(pair) for pair in ((12, 34), (15, 27), (57, 68))]
        [0, 1, 2]
    """
    first, second = pair
    units = first % 10 + second % 10 >= 10
    return units + (first // 10 + second // 10 + units >= 10)


def asked(pair: Pair) -> str:
    """The prompt of a sum."""
    return f"{pair[0]}+{pair[1]}="


def written(pair: Pair, form: Written) -> str:
    """The reply to a sum.

    Example:
        >>> [written((57, 68), form) for form in ("plain", "reversed", "scratchpad")]
        ['125', '521', '7+8+0=5,1;5+6+1=2,1;125']
    """
    total = str(sum(pair))
    if form == "plain":
        return total
    if form == "reversed":
        return total[::-1]
    steps: list[str] = []
    carry = 0
    for power in range(max(len(str(number)) for number in pair)):
        first, second = (number // 10**power % 10 for number in pair)
        carried, digit = divmod(first + second + carry, 10)
        steps.append(f"{first}+{second}+{carry}={digit},{carried};")
        carry = carried
    return "".join(steps) + total


def answered(reply: str, form: Written) -> str:
    """The answer in a reply, its digits in the usual order."""
    return reply[::-1] if form == "reversed" else reply.rpartition(";")[2]


@dataclass(frozen=True, slots=True)
class SumSamples:
    """The sums of one seed.

    Attributes:
        seed: Root seed of draws and split.
    """

    seed: int

    def test(self) -> list[Pair]:
        """Held-out sums of two two-digit numbers, each once."""
        rng = np.random.default_rng(derive("sums", self.seed, "test"))
        chosen = rng.permutation((_BELOW - 10) ** 2)[:TEST_ITEMS]
        return [(10 + int(place) // 90, 10 + int(place) % 90) for place in chosen]

    def train(self, count: int, *, balanced: bool) -> list[Pair]:
        """Distinct sums to learn from.

        Args:
            count: How many; at least 103 when balanced.
            balanced: Whether digits and carries are balanced.
        """
        kept = set(self.test())
        rng = np.random.default_rng(derive("sums", self.seed, "train", int(balanced)))
        order = [divmod(int(place), _BELOW) for place in rng.permutation(_BELOW**2)]
        left = [pair for pair in order if pair not in kept]
        if not balanced:
            return left[:count]
        small = [pair for pair in left if max(pair) < 10]
        groups = [
            [pair for pair in left if min(pair) >= 10 and carries(pair) == number]
            for number in range(3)
        ]
        rest = count - len(small)
        parts = [group[: (rest + place) // 3] for place, group in enumerate(groups)]
        return [*small, *(pair for part in parts for pair in part)]


class SampleBlock:
    """Samples as the one block of a finite pool.

    Args:
        pairs: The sums.
        form: How they are written.
    """

    def __init__(self, pairs: Sequence[Pair], form: Written) -> None:
        self._examples = [
            Example(
                asked(pair),
                reply_learned((Message("user", asked(pair)),
                               Message("assistant", written(pair, form)))),
            )
            for pair in pairs
        ]  # fmt: skip
        self.sizes = (len(self._examples),)

    def read(self, block: int) -> Table:
        """The samples as a table."""
        return table_of(self._examples)
