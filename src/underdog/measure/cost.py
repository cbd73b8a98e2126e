"""Costs of answers: FLOPs of reading and writing tokens, and money.

FLOPs follow from the architecture (2 per active parameter and token, and 4·L·d per attended
position), so they are an estimate that depends on no clock or batch size. Seconds are measured. For
the price of a right answer see `price`; for energy `energy`.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from underdog.core import ModelShape, Price, Usage
from underdog.errors import UsageError

Quantity: TypeAlias = Literal["tokens", "flops", "seconds", "usd"]


@dataclass(frozen=True, slots=True)
class CallFlops:
    """FLOPs of one call, by phase.

    Attributes:
        prefill: FLOPs of reading the uncached part of the prompt.
        decode: FLOPs of writing the reply, each token attending to all tokens before it.
    """

    prefill: float
    decode: float

    @property
    def total(self) -> float:
        """Sum of both phases."""
        return self.prefill + self.decode


def call_flops(
    shape: ModelShape, prompt_tokens: int, generated_tokens: int, cached_prompt_tokens: int = 0
) -> CallFlops:
    """FLOPs of reading a prompt and writing a reply after it.

    Args:
        shape: The model's architecture.
        prompt_tokens: Prompt length in tokens.
        generated_tokens: Reply length in tokens.
        cached_prompt_tokens: Leading prompt tokens found in the KV cache.

    Raises:
        UsageError: A count is negative, or more is cached than there is.
    """
    if not 0 <= cached_prompt_tokens <= prompt_tokens or generated_tokens < 0:
        raise UsageError(
            f"prompt_tokens={prompt_tokens}, cached={cached_prompt_tokens}, "
            f"generated={generated_tokens}; give 0 <= cached <= prompt and generated >= 0"
        )
    end = prompt_tokens + generated_tokens
    return CallFlops(
        prefill=_span_flops(shape, cached_prompt_tokens, prompt_tokens),
        decode=_span_flops(shape, prompt_tokens, end),
    )


def verifier_cost_usd(usage: Usage, price: Price) -> float:
    """US dollars for verifier tokens, all at the prompt price: verifiers generate few tokens."""
    return usage.verifier_tokens * price.prompt_usd / 1e6


def machine_cost_usd(seconds: float, usd_per_hour: float) -> float:
    """US dollars for `seconds` of a machine rented by the hour."""
    return seconds * usd_per_hour / 3600.0


def amount(usage: Usage, quantity: Quantity) -> float:
    """One quantity of a usage; `tokens` are generated plus verifier tokens."""
    match quantity:
        case "tokens":
            return float(usage.generated_tokens + usage.verifier_tokens)
        case "flops":
            return usage.flops
        case "seconds":
            return usage.seconds
        case _:
            return usage.cost_usd


def _span_flops(shape: ModelShape, start: int, stop: int) -> float:
    """FLOPs of the tokens at positions start to stop - 1; position i attends to i + 1 positions.

    The cost of a token is linear in its position, so the mean position stands for all of them.
    """
    return (stop - start) * shape.flops_per_token((start + 1 + stop) / 2)
