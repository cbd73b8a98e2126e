"""DeepConf group confidence: token confidence averaged over sliding windows (arXiv 2508.15260).

Token confidence is minus the mean log-probability of the top k tokens: high where the model is
sure of the next token. The window of the paper (2,048 tokens) is longer than a small model's whole
reply, so the default here is 32. Cost: no model calls; the engine has to report top-k
log-probabilities.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from underdog.core import ModelCalls, Question, ScoreUnit, Solution
from underdog.errors import ConfigError, UnknownNameError
from underdog.verifiers import verifiers
from underdog.verifiers.reductions import mean, window_means

_BOTTOM_SHARE = 0.1


def _bottom(groups: Sequence[float]) -> float | None:
    lowest = sorted(groups)[: max(1, math.ceil(_BOTTOM_SHARE * len(groups)))]
    return mean(lowest)


_KINDS: Mapping[str, Callable[[Sequence[float], int], float | None]] = {
    "mean": lambda values, window: mean(values),
    "tail": lambda values, window: mean(values[-window:]),
    "lowest": lambda values, window: min(window_means(values, window), default=None),
    "bottom": lambda values, window: _bottom(window_means(values, window)),
}


@verifiers.register("deepconf")
class DeepConfConfidence:
    """Group confidence of a solution, in nats.

    Args:
        kind: `mean` of all tokens, `tail` (the last window), `lowest` window, or `bottom` (mean
            of the lowest tenth of the windows).
        window: Tokens per window.
    """

    unit: ScoreUnit = "real"
    pointwise = True

    def __init__(self, kind: str = "tail", window: int = 32) -> None:
        if kind not in _KINDS:
            raise UnknownNameError("kind of confidence", kind, _KINDS)
        if window < 1:
            raise ConfigError(f"window must be at least 1, not {window!r}")
        self._reduce = _KINDS[kind]
        self._window = window
        self.name = f"deepconf(kind={kind},window={window})"

    async def score(
        self, question: Question, solutions: Sequence[Solution], calls: ModelCalls
    ) -> list[float | None]:
        """Confidence of each solution in nats; `None` without top-k log-probabilities."""
        return [self._reduce(one.trace.confidence, self._window) for one in solutions]
