"""The ledger of one problem: usage so far, and the room that the budget's caps leave.

Every call is reserved at its worst case before it is made, so that no cap is ever exceeded. A
sample's worst case is its token limit; a prompt whose length is not known yet counts one token
per UTF-8 byte, which no byte-level tokenizer exceeds.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from underdog.core import Budget, EngineInfo, Price, Prompt, Usage

_PROMPT_OVERHEAD_TOKENS = 64  # tokens of the chat template around the messages
_FREE = Price()


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


def price(usage: Usage, info: EngineInfo) -> Usage:
    """The same usage with FLOPs and money filled in from the engine's shape and price."""
    flops = 0.0
    if info.shape is not None:
        prompt, made = usage.prompt_tokens, usage.generated_tokens
        uncached = prompt - usage.cached_prompt_tokens
        flops = uncached * info.shape.flops_per_token(prompt / 2)
        flops += made * info.shape.flops_per_token(prompt + made / 2)
    cost_usd = 0.0 if info.price == _FREE else info.price.cost_usd(usage)
    return Usage(
        usage.calls,
        usage.prompt_tokens,
        usage.cached_prompt_tokens,
        usage.generated_tokens,
        usage.verifier_calls,
        usage.verifier_tokens,
        usage.seconds,
        flops,
        cost_usd,
    )


def wave_cost(usages: Sequence[Usage], info: EngineInfo, *, first: bool) -> Usage:
    """Cost of a wave of samples of one prompt; only the first wave is charged for the prompt.

    The samples ran side by side, so the wave takes as long as its slowest sample.

    Args:
        usages: Cost of each sample by itself, the prompt included.
        info: The engine that drew the samples.
        first: Whether the prompt has not been charged yet.
    """
    shape, lead = info.shape, usages[0]
    made = sum(usage.generated_tokens for usage in usages)
    flops = 0.0
    if shape is not None:
        for usage in usages:
            ending = usage.prompt_tokens + usage.generated_tokens / 2
            flops += usage.generated_tokens * shape.flops_per_token(ending)
    cost = Usage(
        calls=sum(usage.calls for usage in usages),
        prompt_tokens=lead.prompt_tokens if first else 0,
        cached_prompt_tokens=lead.cached_prompt_tokens if first else 0,
        generated_tokens=made,
    )
    if first and shape is not None:
        uncached = lead.prompt_tokens - lead.cached_prompt_tokens
        flops += uncached * shape.flops_per_token(lead.prompt_tokens / 2)
    seconds = max(usage.seconds for usage in usages)
    return replace(cost, seconds=seconds, flops=flops, cost_usd=info.price.cost_usd(cost))


def prompt_bound_tokens(prompt: Prompt) -> int:
    """Upper bound on the tokens of a prompt: one per UTF-8 byte, and the chat template's."""
    size = sum(len(message.content.encode()) for message in prompt.messages)
    return size + len(prompt.prefix.encode()) + _PROMPT_OVERHEAD_TOKENS * len(prompt.messages)
