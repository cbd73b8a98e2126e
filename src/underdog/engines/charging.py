"""The cost of one call to an engine as a `Usage`: tokens, FLOPs by the architecture, money."""

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
        generated_tokens: Tokens that the row sampled.
        cached_prompt_tokens: Prompt tokens that a prefix cache held already; FLOPs count the whole
            prompt all the same, so that they do not depend on what ran before.
        context_before: Length of the context where sampling started, in tokens; `prompt_tokens`
            unless given.
        calls: Sampled completions.
        seconds: Wall-clock seconds of the engine's work on the row.
        shape: Architecture; without it FLOPs are 0 (unknown).
        price: Price of prompt, cached and generated tokens.

    Example:
        >>> charge(prompt_tokens=10, generated_tokens=2, shape=ModelShape(1000)).flops
        24000.0
    """
    start = prompt_tokens if context_before is None else context_before
    flops = 0.0
    if shape is not None:
        flops = shape.flops(0, prompt_tokens) + shape.flops(start, start + generated_tokens)
    usage = Usage(
        calls=calls,
        prompt_tokens=prompt_tokens,
        cached_prompt_tokens=cached_prompt_tokens,
        generated_tokens=generated_tokens,
        seconds=seconds,
        flops=flops,
    )
    return replace(usage, cost_usd=price.cost_usd(usage))
