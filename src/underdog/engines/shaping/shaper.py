"""A row's penalties, biases and constraint, applied to its logits token by token.

A row without such parameters has no shaper and costs nothing here.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from underdog.core import SamplingParams
from underdog.engines.shaping.constraints import Matcher
from underdog.engines.shaping.penalties import Ints, Penalties

NO_LOGIT = np.float32(-1e30)
"""Logit of a forbidden token; finite, so that differences of two such logits are numbers."""


class Shaper:
    """Changes the logits of one row.

    Args:
        params: The row's sampling parameters.
        prompt: Ids of the distinct tokens of its prompt.
        matcher: State of its constraint; `None` without a constraint.
    """

    def __init__(self, params: SamplingParams, prompt: Ints, matcher: Matcher | None) -> None:
        self._matcher = matcher
        self._penalties = Penalties(params, prompt) if params.penalised else None

    def shape(self, values_V: NDArray[Any]) -> bool:
        """Change a row's logits in place; return false when no token is allowed."""
        if self._penalties is not None:
            self._penalties.apply(values_V)
        if self._matcher is None:
            return True
        allowed = self._matcher.mask()
        values_V[len(allowed) :] = NO_LOGIT
        np.putmask(values_V[: len(allowed)], ~allowed, NO_LOGIT)
        return bool(allowed.any())

    @property
    def touched(self) -> Ints | None:
        """Ids of the tokens whose logits are changed; `None` when it may be all of them."""
        if self._matcher is not None:
            return None
        return self._penalties.tokens if self._penalties is not None else np.empty(0, np.int64)

    def accept(self, token: int) -> bool:
        """Advance by the token that was drawn; return whether the constraint ends the reply."""
        if self._penalties is not None:
            self._penalties.count(token)
        return self._matcher is not None and self._matcher.accept(token)

    @property
    def error(self) -> str:
        """Reason why no token is allowed."""
        reason = self._matcher.error if self._matcher is not None else ""
        return f"EngineError: the constraint allows no token here ({reason or 'dead end'})"
