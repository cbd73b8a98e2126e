"""What an engine returns: sampling settings, a completion, and its token trace."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from underdog.core.usage import Usage

FinishReason: TypeAlias = Literal["stop", "length", "cancelled", "error"]


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How tokens are drawn.

    Attributes:
        temperature: 0 means greedy; the other filters are then ignored.
        top_p: Nucleus mass in (0, 1].
        top_k: Keep the k likeliest tokens; 0 keeps all.
        min_p: Drop tokens below this share of the likeliest token's probability.
        max_tokens: Cap on generated tokens.
        stop: Strings that end the completion; they may span token boundaries and are left out of
            the text.
        top_logprobs: How many alternatives per position feed the token trace's confidence
            columns; 0 records the sampled tokens' log-probabilities only.
    """

    temperature: float = 0.7
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    max_tokens: int = 320
    stop: tuple[str, ...] = ()
    top_logprobs: int = 0

    @property
    def greedy(self) -> bool:
        """Whether the likeliest token is always taken."""
        return self.temperature == 0.0


@dataclass(frozen=True, slots=True)
class TokenTrace:
    """Numbers per generated token, all of length T (or empty when the engine gives none).

    Log-probabilities are natural logarithms of the model's own distribution at temperature 1,
    before any sampling filter.

    Attributes:
        logprobs: log p of the sampled token.
        confidence: DeepConf token confidence, −(1/k) Σ log p over the top k (arXiv 2508.15260).
        self_certainty: KL divergence from uniform over the top k after renormalising
            (arXiv 2502.18581).
        top_k: The k that the last two columns were computed with; 0 when they are empty.
    """

    logprobs: tuple[float, ...] = ()
    confidence: tuple[float, ...] = ()
    self_certainty: tuple[float, ...] = ()
    top_k: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """One sampled continuation of a prompt.

    Attributes:
        text: Generated text, without the prompt's prefix and without the stop string.
        finish: `stop` (end of turn or a stop string), `length`, `cancelled`, or `error`.
        seed: The seed that the row was sampled with.
        trace: Per-token numbers; empty columns when the engine does not report them.
        usage: What this sample cost. The prompt is charged to the first sample of a request.
        stop_string: The stop string that ended it, when one did.
        error: What went wrong when `finish` is `error`.
    """

    text: str
    finish: FinishReason
    seed: int
    trace: TokenTrace = TokenTrace()
    usage: Usage = Usage()
    stop_string: str | None = None
    error: str | None = None
