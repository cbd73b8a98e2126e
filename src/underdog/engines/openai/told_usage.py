"""Token counts that an endpoint tells, believed as far as they are possible.

Counts are held against the request and the text that came. One that is missing or impossible is
replaced by the most that it can be, so that no budget is overrun by an endpoint that counts badly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from underdog.core import EngineInfo
from underdog.engines.openai.wire import WireUsage

_LONGEST_TOKEN_BYTES = 128


@dataclass(frozen=True, slots=True)
class RowSize:
    """What is known of a row by itself.

    Attributes:
        text_bytes: Length of its text in bytes.
        listed: Tokens listed with it that are its text; 0 when none are.
    """

    text_bytes: int
    listed: int

    @property
    def fewest(self) -> int:
        """Fewest tokens that the row can have."""
        return self.listed or _fewest(self.text_bytes)

    def most(self, max_tokens: int) -> int:
        """Most tokens that the row can have."""
        return max(max_tokens, self.text_bytes, self.listed)


@dataclass(frozen=True, slots=True)
class Counted:
    """Token counts of one request.

    Attributes:
        prompt_tokens: Tokens of the prompt.
        cached_tokens: The part of them that a prefix cache served.
        generated: Tokens of each row.
        told: Whether every count is the endpoint's own.
    """

    prompt_tokens: int
    cached_tokens: int
    generated: tuple[int, ...]
    told: bool


@dataclass(frozen=True, slots=True)
class PromptSize:
    """Length of a prompt's text in bytes, and the most tokens that it can have."""

    text_bytes: int
    most_tokens: int


def counted(
    usage: WireUsage | None,
    rows: Sequence[RowSize],
    max_tokens: int,
    size: PromptSize,
    info: EngineInfo,
) -> Counted:
    """The token counts of a request.

    Args:
        usage: What the endpoint tells.
        rows: What is known of each row.
        max_tokens: Limit on each row that the endpoint was given.
        size: Size of the prompt.
        info: The engine; a prompt with what the server adds of its own fits its context.

    Example:
        >>> info = EngineInfo("openai", "m", "f", context_tokens=512)
        >>> counted(WireUsage(prompt_tokens=12), [RowSize(3, 0)], 8, PromptSize(20, 84), info)
        Counted(prompt_tokens=12, cached_tokens=0, generated=(8,), told=False)
    """
    usage = usage or WireUsage()
    told = True
    prompt, cached = usage.prompt_tokens, usage.cached_tokens
    largest = max(size.most_tokens, info.context_tokens)
    if prompt is None or not max(1, _fewest(size.text_bytes)) <= prompt <= largest:
        prompt, cached, told = size.most_tokens, 0, False
    if cached is None or cached > prompt:
        cached, told = 0, False
    total = usage.completion_tokens
    most = sum(row.most(max_tokens) for row in rows)
    if total is None or not sum(row.fewest for row in rows) <= total <= most:
        generated = tuple(row.listed or row.most(max_tokens) for row in rows)
        return Counted(prompt, cached, generated, False)
    return Counted(prompt, cached, _shared(total, rows), told)


def _shared(total: int, rows: Sequence[RowSize]) -> tuple[int, ...]:
    """A total over rows by their listed tokens, else by their lengths; the sum stays exact."""
    if len(rows) == 1:
        return (total,)
    by_tokens = all(row.listed for row in rows)
    weights = [row.listed if by_tokens else row.text_bytes + 1 for row in rows]
    whole, before, so_far = sum(weights), 0, 0
    shares: list[int] = []
    for weight in weights:
        so_far += weight
        until = total * so_far // whole
        shares.append(until - before)
        before = until
    return tuple(shares)


def _fewest(text_bytes: int) -> int:
    return -(-text_bytes // _LONGEST_TOKEN_BYTES)
