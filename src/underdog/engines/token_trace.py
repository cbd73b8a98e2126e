"""Per-token numbers from log-probabilities: DeepConf confidence and self-certainty.

Confidence is -(1/k) sum log p over the k likeliest tokens (arXiv 2508.15260). Self-certainty is
the KL divergence, in nats, of the uniform distribution from that of the k likeliest tokens,
renormalised to sum 1 (arXiv 2502.18581 takes the whole vocabulary; engines report only its head).
"""

import math
from collections.abc import Sequence

from underdog.core import TokenTrace

FLOOR = -1e4
"""Lowest log-probability in nats, in place of log 0 and of a missing or invalid number."""


def clamp(logprob: float | None) -> float:
    """A log-probability as a finite number that is at most 0."""
    if logprob is None or math.isnan(logprob):
        return FLOOR
    return min(0.0, max(FLOOR, logprob))


def token_trace(
    logprobs: Sequence[float | None], alternatives: Sequence[Sequence[float]], top_k: int
) -> TokenTrace:
    """Token trace: log-probability, confidence and self-certainty of each sampled token.

    Args:
        logprobs: Log-probability of each sampled token, in nats; `None` counts as -10,000.
        alternatives: Per sampled token, the log-probabilities of the likeliest tokens, at least
            `top_k` of them where the vocabulary has as many.
        top_k: Number of likeliest tokens that count; 0 leaves confidence and self-certainty empty.

    Example:
        >>> token_trace([-0.7], [[-0.69, -0.7]], top_k=2).confidence
        (0.695,)
    """
    sampled = tuple(clamp(logprob) for logprob in logprobs)
    if not top_k or len(alternatives) != len(sampled) or not all(alternatives):
        return TokenTrace(sampled)
    heads = [[clamp(logprob) for logprob in row[:top_k]] for row in alternatives]
    return TokenTrace(
        sampled,
        confidence=tuple(-sum(head) / len(head) for head in heads),
        self_certainty=tuple(_self_certainty(head) for head in heads),
        top_k=top_k,
    )


def _self_certainty(head: Sequence[float]) -> float:
    highest = max(head)
    log_mass = highest + math.log(sum(math.exp(logprob - highest) for logprob in head))
    mean = sum(logprob - log_mass for logprob in head) / len(head)
    return max(0.0, -math.log(len(head)) - mean)
