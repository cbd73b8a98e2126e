"""Log-probabilities of a given continuation, read from the echo of a prompt."""

from collections.abc import Sequence
from itertools import pairwise

from underdog.engines.openai.token_spans import Span, between, spans
from underdog.engines.openai.wire import SampledToken, WireChoice


def continuation_logprobs(choice: WireChoice, text: str, continuation: str) -> list[float] | str:
    """Log-probability of each token of `continuation` after `text`; the reason when there is none.

    A token that begins in the text and ends in the continuation counts with the continuation: it
    is a part of how the model writes it there.

    Args:
        choice: The echo of `text + continuation`, possibly with tokens generated after it.
        text: The text before the continuation.
        continuation: The continuation; not empty.
    """
    tokens = choice.tokens
    end = len(text) + len(continuation)
    places = _places(tokens, choice.offsets, text + continuation)
    if places is None:
        return "no echo with logprobs"
    inside = between(tokens, places, len(text), end)
    if not inside or max(until for _, until in places) < end:
        return "no echo with logprobs"
    if any(token.logprob is None for token in inside):
        return "its echo lacks a log-probability of the continuation"
    return [token.logprob for token in inside if token.logprob is not None]


def _places(
    tokens: Sequence[SampledToken], offsets: Sequence[int], whole: str
) -> list[Span] | None:
    """Where each echoed token stands; a first token that is no text (BOS) stands before it all."""
    if not tokens:
        return None
    places = spans(tokens, whole)
    if places is None and len(tokens) > 1 and tokens[0].logprob is None:
        rest = spans(tokens[1:], whole)
        places = None if rest is None else [(0, 0), *rest]
    if places is None and len(offsets) == len(tokens) and offsets[0] == 0:
        if any(later < earlier for earlier, later in pairwise(offsets)):
            return None
        last = offsets[-1] + len(tokens[-1].label)
        places = list(zip(offsets, [*offsets[1:], last], strict=True))
    return places
