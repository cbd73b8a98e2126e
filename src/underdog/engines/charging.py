"""What one call to an engine cost, as a `Usage`: tokens as counted, FLOPs from the architecture."""

from dataclasses import replace

from underdog.core import ModelShape, Price, Usage

FREE = Price()


def charge(
    *,
    prompt_tokens: int,
    generated_tokens: int,
    cached_prompt_tokens: int = 0,
    context_before: int | None = None,
    calls: int = 1,
    seconds: float = 0.0,
    shape: ModelShape | None = None,
    price: Price = FREE,
) -> Usage:
    """The usage of one sampled row.

    Args:
        prompt_tokens: Prompt tokens charged to this row (0 for all but the first of a request).
        generated_tokens: Tokens that it sampled.
        cached_prompt_tokens: The part of the prompt that a prefix cache served.
        context_before: Tokens that sampling started after; `prompt_tokens` unless given.
        calls: Sampled completions.
        seconds: Wall-clock seconds of its engine work.
        shape: Architecture; without it FLOPs are 0 (unknown).
        price: Money per token.

    Example:
        >>> charge(prompt_tokens=10, generated_tokens=2, shape=ModelShape(1000)).flops
        24000.0
    """
    start = prompt_tokens if context_before is None else context_before
    flops = 0.0
    if shape is not None:
        fresh = prompt_tokens - cached_prompt_tokens
        flops = fresh * shape.flops_per_token((cached_prompt_tokens + prompt_tokens) / 2)
        flops += generated_tokens * shape.flops_per_token(start + generated_tokens / 2)
    usage = Usage(
        calls=calls,
        prompt_tokens=prompt_tokens,
        cached_prompt_tokens=cached_prompt_tokens,
        generated_tokens=generated_tokens,
        seconds=seconds,
        flops=flops,
    )
    return replace(usage, cost_usd=price.cost_usd(usage))
