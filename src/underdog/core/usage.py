"""Resources used: calls, tokens, seconds, FLOPs and money."""

from dataclasses import dataclass, field, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources used; adding two usages adds every field.

    Measured times are left out when two usages are compared: all other fields follow from what
    was asked and answered.

    Attributes:
        calls: Sampled completions (a request for n samples counts n).
        prompt_tokens: Prompt tokens, counted once per request however many samples it asked for.
        cached_prompt_tokens: The part of `prompt_tokens` that the engine had in a cache when it
            sampled. It depends on what ran before, so no FLOPs are taken off for it.
        generated_tokens: Tokens sampled by generators.
        verifier_calls: Requests made by verifiers.
        verifier_tokens: Tokens read and written by verifiers.
        seconds: Latency: wall-clock seconds from request to reply. Requests that ran side by side
            each carry their own, so sums over them exceed the wall clock.
        flops: Floating-point operations, from the architecture (an estimate).
        cost_usd: US dollars: the engine's own figure where it gives one, else its price.
        wall_s: Share of the wall clock in seconds: while k samples are in flight, each is given
            1/k of the time. Sums never exceed the wall clock; 0 when it was not measured.
    """

    calls: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    generated_tokens: int = 0
    verifier_calls: int = 0
    verifier_tokens: int = 0
    seconds: float = field(default=0.0, compare=False)
    flops: float = 0.0
    cost_usd: float = 0.0
    wall_s: float = field(default=0.0, compare=False)

    def __add__(self, other: Self) -> "Usage":
        return Usage(*(getattr(self, name) + getattr(other, name) for name in _FIELDS))


_FIELDS = tuple(field.name for field in fields(Usage))
