"""A budget shared by concurrent asks: the cost spent, and the cost reserved for asks in flight.

An ask may be made when its worst case fits beside all reservations. Otherwise it waits for the asks
in flight, whose true cost is usually lower; with none in flight, the budget is spent. Seconds are
a deadline, kept by `collect` and not counted here.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from underdog.core import Budget, EngineInfo, Usage
from underdog.data.sources.source import Ask
from underdog.strategies.running.pricing import prompt_bound_tokens, worst_price


class Allowance:
    """Hard caps on a collection.

    Args:
        budget: The caps.
        spent: Cost of earlier calls of the same collection.
    """

    def __init__(self, budget: Budget, spent: Usage = Usage()) -> None:
        self.stopped_by: str | None = None
        self._budget = replace(budget, seconds=None)
        self._spent = spent
        self._reserved: list[Usage] = []
        self._changed = asyncio.Condition()

    async def reserve(self, worst: Usage) -> bool:
        """Reserve an ask's worst case, waiting for asks in flight; false when it does not fit."""
        async with self._changed:
            while self.stopped_by is None:
                cap = self._budget.exceeded_by(sum(self._reserved, self._spent + worst))
                if cap is None:
                    self._reserved.append(worst)
                    return True
                if not self._reserved:
                    self.stopped_by = cap
                    self._changed.notify_all()
                    return False
                await self._changed.wait()
            return False

    async def settle(self, worst: Usage, actual: Usage) -> None:
        """Replace the reservation of an ask by its actual cost."""
        async with self._changed:
            self._reserved.remove(worst)
            self._spent = self._spent + actual
            self._changed.notify_all()


def worst_case(asks: Sequence[tuple[Ask, int]], info: EngineInfo) -> Usage:
    """Highest possible cost of asks to one engine, each with its number of samples."""
    total = Usage()
    for ask, count in asks:
        prompt, made = prompt_bound_tokens(ask.prompt), ask.params.max_tokens
        flops = 0.0
        if info.shape is not None:
            writing = info.shape.flops(prompt, prompt + made)
            flops = info.shape.flops(0, prompt) + count * writing
        total = total + Usage(
            calls=count,
            prompt_tokens=prompt,
            generated_tokens=count * made,
            flops=flops,
            cost_usd=count * worst_price(info, prompt, made),
        )
    return total
