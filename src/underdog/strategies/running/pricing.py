"""What samples and verifier calls cost: one rule, for live runs, stored samples and replays.

FLOPs follow from the architecture and the token counts alone. An arm reads each distinct prompt of
an engine once per question and samples all its solutions from there, whatever an engine had cached
and whichever arm ran before. Money is the bill: every row pays its own prompt unless the engine
says what the row cost. `docs/measure.md` has a worked example.
"""

from collections.abc import Sequence
from dataclasses import replace

from underdog.core import EngineInfo, Price, Prompt, Usage
from underdog.strategies.running.wall_clock import CallTimes

_PROMPT_OVERHEAD_TOKENS = 64  # tokens of the chat template around the messages


def flops_of(usage: Usage, info: EngineInfo) -> float:
    """FLOPs of reading a prompt in full and writing a reply after it; 0 when not known."""
    if info.shape is None:
        return 0.0
    return info.shape.flops(0, usage.prompt_tokens + usage.generated_tokens)


def priced(usage: Usage, info: EngineInfo) -> Usage:
    """The usage of one row by itself, with FLOPs and money filled in.

    Args:
        usage: Token counts with the whole prompt, and the engine's own `cost_usd`, which is kept
            unless it is 0.
        info: The engine that the row comes from.
    """
    return replace(usage, flops=flops_of(usage, info), cost_usd=_bill(usage, info))


def sample_cost(
    told: Usage, prompt_tokens: int, info: EngineInfo, measured: CallTimes, *, failed: bool
) -> Usage:
    """The usage of a sampled row by itself.

    Args:
        told: What the engine says of the row; it may count the prompt with another row.
        prompt_tokens: Length of the prompt.
        info: The engine that drew the row.
        measured: Times of the call; the engine's own latency wins where it gives one.
        failed: Whether the row failed: it then costs the money that the engine says, if any.
    """
    generated = told.generated_tokens
    cost_usd = told.cost_usd
    if not cost_usd and not failed and _has_price(info.price):
        whole = Usage(1, prompt_tokens, told.cached_prompt_tokens, generated)
        cost_usd = info.price.cost_usd(whole)
    return Usage(
        1,
        prompt_tokens,
        told.cached_prompt_tokens,
        generated,
        0,
        0,
        told.seconds or measured.latency_s,
        0.0 if info.shape is None else info.shape.flops(0, prompt_tokens + generated),
        cost_usd,
        measured.share_s,
    )


def _bill(usage: Usage, info: EngineInfo) -> float:
    """US dollars for a row: the engine's own figure, else its price for the whole row."""
    if usage.cost_usd or not _has_price(info.price):
        return usage.cost_usd
    return info.price.cost_usd(usage)


def _has_price(price: Price) -> bool:
    return bool(price.prompt_usd or price.cached_prompt_usd or price.generated_usd)


def repriced(usage: Usage, price: Price) -> Usage:
    """The usage of a stored row at another price, which knows nothing of the old engine's cache."""
    return replace(usage, cost_usd=price.cost_usd(replace(usage, cached_prompt_tokens=0)))


def wave_cost(usages: Sequence[Usage], info: EngineInfo, read_tokens: int = 0) -> Usage:
    """Cost of a wave of samples of one prompt.

    The samples ran side by side, so the wave takes as long as its slowest sample.

    Args:
        usages: Cost of each sample by itself, the whole prompt included.
        info: The engine that drew the samples.
        read_tokens: Length of the prompt when it was charged before; 0 when it was not.
    """
    prompt = prompt_length(usages, read_tokens)
    flops = 0.0
    if info.shape is not None:
        flops = info.shape.flops(0, 0 if read_tokens else prompt)
        for usage in usages:
            flops += info.shape.flops(prompt, prompt + usage.generated_tokens)
    return Usage(
        calls=sum(usage.calls for usage in usages),
        prompt_tokens=0 if read_tokens else prompt,
        cached_prompt_tokens=0
        if read_tokens
        else max(usage.cached_prompt_tokens for usage in usages),
        generated_tokens=sum(usage.generated_tokens for usage in usages),
        seconds=max(usage.seconds for usage in usages),
        flops=flops,
        cost_usd=sum(usage.cost_usd for usage in usages),
        wall_s=sum(usage.wall_s for usage in usages),
    )


def prompt_length(usages: Sequence[Usage], read_tokens: int = 0) -> int:
    """Tokens of the prompt that all rows share; rows that do not state it do not count."""
    return read_tokens or max((usage.prompt_tokens for usage in usages), default=0)


def worst_price(info: EngineInfo, prompt_tokens: int, generated_tokens: int) -> float:
    """Highest bill in US dollars for a row with at most so many tokens."""
    price = info.price
    prompt_usd = max(price.prompt_usd, price.cached_prompt_usd)
    return (prompt_tokens * prompt_usd + generated_tokens * price.generated_usd) / 1e6


def prompt_bound_tokens(prompt: Prompt) -> int:
    """Upper bound on the tokens of a prompt: one per UTF-8 byte, and the chat template's."""
    size = sum(len(message.content.encode()) for message in prompt.messages)
    return size + len(prompt.prefix.encode()) + _PROMPT_OVERHEAD_TOKENS * len(prompt.messages)
