"""Resources used: calls, tokens, seconds, FLOPs and money."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Usage:
    """Resources used; adding two usages adds every field.

    Attributes:
        calls: Sampled completions (a request for n samples counts n).
        prompt_tokens: Prompt tokens, counted once per request however many samples it asked for.
        cached_prompt_tokens: The part of `prompt_tokens` that a prefix cache served.
        generated_tokens: Tokens sampled by generators.
        verifier_calls: Requests made by verifiers.
        verifier_tokens: Tokens read and written by verifiers.
        seconds: Wall-clock seconds of engine work. Requests that ran side by side in one batch
            each carry their own latency, so sums over a batch exceed the run's wall clock.
        flops: Floating-point operations, from the architecture (an estimate).
        cost_usd: US dollars, from the engine's price.
    """

    calls: int = 0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    generated_tokens: int = 0
    verifier_calls: int = 0
    verifier_tokens: int = 0
    seconds: float = 0.0
    flops: float = 0.0
    cost_usd: float = 0.0

    def __add__(self, other: Self) -> "Usage":
        return Usage(*(getattr(self, name) + getattr(other, name) for name in _FIELDS))

    @property
    def total_tokens(self) -> int:
        """Uncached prompt, generated and verifier tokens together."""
        uncached = self.prompt_tokens - self.cached_prompt_tokens
        return uncached + self.generated_tokens + self.verifier_tokens


_FIELDS = tuple(field.name for field in fields(Usage))
