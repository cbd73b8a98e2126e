"""The ledger of one problem: usage so far, and the room that the budget's caps leave.

Every call is reserved at its worst case before it is made, so that no cap is ever exceeded. A
sample's worst case is its token limit; a prompt whose length is not known yet counts one token
per UTF-8 byte, which no byte-level tokenizer exceeds.
"""

import time
from collections.abc import Callable

from underdog.core import Budget, Usage


class Ledger:
    """Usage so far of one problem, under a budget.

    Args:
        budget: The caps.
        clock: Gives seconds from any origin; only differences are used.
    """

    def __init__(self, budget: Budget, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget = budget
        self.usage = Usage()
        self.stopped_by: str | None = None
        self._clock = clock
        self._started = clock()

    def charge(self, usage: Usage) -> None:
        """Add the cost of a call."""
        self.usage = self.usage + usage

    def has_room(self, usage: Usage) -> bool:
        """Whether a known cost fits; notes the cap that binds."""
        cap = self.budget.exceeded_by(self.usage + usage)
        self.stopped_by = cap or self.stopped_by
        return cap is None

    def seconds_left(self) -> float | None:
        """Seconds until the deadline, by the clock or the charged seconds, whichever is less."""
        cap = self.budget.seconds
        if cap is None:
            return None
        spent = max(self._clock() - self._started, self.usage.seconds)
        return max(0.0, cap - spent)

    def admit(self, wanted: int, worst: Usage, first_extra: Usage = Usage()) -> int:
        """Number of calls of cost `worst` that fit, up to `wanted`; notes the cap that binds.

        Args:
            wanted: Calls asked for.
            worst: Largest possible cost of one call.
            first_extra: Extra cost of the first call, such as the prompt.
        """
        fits = wanted
        for name, cap, used, extra, each in self._lines(worst, first_extra):
            if cap is None or each + extra <= 0:
                continue
            room = cap - used - extra
            count = 0 if room < 0 else (wanted if each <= 0 else int(room / each + 1e-9))
            if count < fits:
                fits, self.stopped_by = count, name
        if self.seconds_left() == 0.0:
            fits, self.stopped_by = 0, "seconds"
        return max(0, fits)

    def tokens_left(self) -> int | None:
        """Generated tokens that the cap still allows; `None` without a cap."""
        cap = self.budget.generated_tokens
        return None if cap is None else max(0, cap - self.usage.generated_tokens)

    def _lines(
        self, worst: Usage, extra: Usage
    ) -> list[tuple[str, float | None, float, float, float]]:
        budget, used = self.budget, self.usage
        names = ("calls", "generated_tokens", "verifier_tokens", "flops", "cost_usd")
        return [
            (
                name,
                getattr(budget, name),
                getattr(used, name),
                getattr(extra, name),
                getattr(worst, name),
            )
            for name in names
        ]
