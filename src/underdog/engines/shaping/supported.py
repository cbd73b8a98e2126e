"""Checks before sampling: penalties and biases in range, and supported by the engine."""

import math

from underdog.core import SamplingParams
from underdog.errors import UsageError


def check_penalties(params: SamplingParams, num_tokens: int | None = None) -> None:
    """Refuse penalties and biases that are out of range.

    Args:
        params: Sampling parameters.
        num_tokens: Size of the vocabulary, in tokens; `None` when unknown.

    Raises:
        UsageError: A penalty is not a number in its range, or a biased token does not exist.
    """
    if not (math.isfinite(params.repetition_penalty) and params.repetition_penalty > 0):
        raise UsageError(
            f"repetition_penalty={params.repetition_penalty}: give a number above 0; 1 is off"
        )
    for name in ("presence_penalty", "frequency_penalty"):
        if not math.isfinite(getattr(params, name)):
            raise UsageError(f"{name}={getattr(params, name)}: give a finite number; 0 is off")
    for token, bias in params.logit_bias:
        beyond = num_tokens is not None and token >= num_tokens
        if token < 0 or beyond or not math.isfinite(bias):
            raise UsageError(
                f"logit_bias has {bias} for token {token}: give finite numbers for token ids from "
                f"0{f' to {num_tokens - 1}' if num_tokens is not None else ''}"
            )


def refuse(params: SamplingParams, engine: str, **unsupported: str) -> None:
    """Refuse parameters that are in use and that an engine does not support.

    Args:
        params: Sampling parameters.
        engine: The engine's name, for the message.
        unsupported: By parameter name, the reason why the engine does not support it.

    Raises:
        UsageError: One of them is in use.
    """
    used = params.settings()
    for name, reason in unsupported.items():
        if name in used:
            raise UsageError(f"the {engine} engine has no {name} ({reason}); leave it out")
