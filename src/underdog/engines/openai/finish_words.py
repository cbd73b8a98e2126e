"""Why a reply ended, in the words of many servers: by itself, at the limit, or by a fault."""

import re
from typing import Literal

_BY_ITSELF = re.compile(
    r"(?:stop|eos|end)(?:ped)?(?:_(?:eos|token|sequence|string|word|criteria|of_\w+|turn))*"
    r"|completed?|finish(?:ed)?|done|natural|success|"
)
_LIMIT = re.compile(
    r"(?:^|_)(?:length|max|limit|truncat\w*|token_limit|context|exceed\w*|cutoff)(?:_|$)|maxtok|toklimit"
)
_FAULT = re.compile(r"filter|safety|error|fail|abort|cancel|refus|block|recit|prohib|spii|malform")
_TOOLS = frozenset(("tool_calls", "tool_call", "tool_use", "function_call"))


def ended(word: str | None, text: str) -> Literal["stop", "length", "error"]:
    """How a reply ended by an endpoint's word for it.

    A word that is not known is a fault: the reply may be anything. A call of a tool that nobody
    offered is one too, unless a text came with it.

    Args:
        word: The finish reason; `None` when the endpoint gives none, which counts as `stop`.
        text: The reply's text.

    Example:
        >>> ended("MAX_TOKENS", "par"), ended("content_filter", ""), ended("end_turn", "7")
        ('length', 'error', 'stop')
    """
    if word is None:
        return "stop"
    camel = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word.strip())
    plain = re.sub(r"[\s-]+", "_", camel.rpartition(".")[2]).lower().removeprefix("finish_reason_")
    if _BY_ITSELF.fullmatch(plain):
        return "stop"
    if plain in _TOOLS:
        return "stop" if text.strip() else "error"
    if _LIMIT.search(plain) and not _FAULT.search(plain):
        return "length"
    return "error"
