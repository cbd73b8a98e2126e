"""Sampling parameters, and an engine's results: a completion and its token trace."""

from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any, Literal, TypeAlias

from underdog.core.constraint import Constraint
from underdog.core.usage import Usage

FinishReason: TypeAlias = Literal["stop", "length", "cancelled", "error"]


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """Sampling parameters: temperature, filters, penalties, stop strings, constraint.

    Attributes:
        temperature: 0 means greedy; the other filters are then ignored.
        top_p: Nucleus mass in (0, 1].
        top_k: Keep the k likeliest tokens; 0 keeps all.
        min_p: Drop tokens below this share of the likeliest token's probability.
        max_tokens: Cap on generated tokens.
        stop: Strings that end the completion; they may span token boundaries and are left out of
            the text.
        top_logprobs: Number of likeliest tokens per position, from which the token trace's
            confidence columns are computed; 0 records the sampled tokens' log-probabilities only.
        repetition_penalty: Above 1, tokens of the prompt and the reply become less likely: their
            logits are divided by it where positive and multiplied where negative
            (arXiv 1909.05858, as in transformers); 1 is off.
        presence_penalty: Subtracted once from the logit of every token that the reply already
            contains (as in the OpenAI API).
        frequency_penalty: Subtracted from a token's logit once per occurrence in the reply so far.
        logit_bias: Pairs of a token id (the model's own) and the number added to its logit.
        constraint: Schema, expression, grammar or choices that the reply must match; `None` is off.

    Penalties, bias and constraint are applied in this order, before temperature and filters;
    greedy sampling takes the likeliest token after them. The token trace's log-probabilities are
    computed without them.
    """

    temperature: float = 0.7
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    max_tokens: int = 320
    stop: tuple[str, ...] = ()
    top_logprobs: int = 0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    logit_bias: tuple[tuple[int, float], ...] = ()
    constraint: Constraint | None = None

    @property
    def greedy(self) -> bool:
        """Whether the likeliest token is always taken."""
        return self.temperature == 0.0

    @property
    def penalised(self) -> bool:
        """Whether any penalty or logit bias is set."""
        return _PENALTIES(self) != _NO_PENALTIES

    @property
    def shaped(self) -> bool:
        """Whether penalties, bias or a constraint change the model's own distribution."""
        return self.constraint is not None or self.penalised

    @property
    def key(self) -> tuple[Any, ...]:
        """Tuple by which a store finds samples: JSON values, equal for equal parameters.

        Penalties, bias and constraint are included only when set, so that samples stored before
        these parameters existed are still found.
        """
        first = _FIRST(self)
        return first if not self.shaped else (*first, *sorted(self._later().items()))

    def settings(self) -> dict[str, Any]:
        """The parameters by name, for keys and records; penalties and constraint only when set."""
        return dict(zip(_FIRST_NAMES, _FIRST(self), strict=True)) | self._later()

    def _later(self) -> dict[str, Any]:
        pairs = zip(_PENALTY_NAMES, _PENALTIES(self), _NO_PENALTIES, strict=True)
        later: dict[str, Any] = {name: value for name, value, off in pairs if value != off}
        if self.constraint is not None:
            kind = type(self.constraint).__name__
            later["constraint"] = {"kind": kind, **asdict(self.constraint)}
        return later


_FIRST_NAMES = ("temperature", "top_p", "top_k", "min_p", "max_tokens", "stop", "top_logprobs")
_FIRST = attrgetter(*_FIRST_NAMES)
_PENALTY_NAMES = ("repetition_penalty", "presence_penalty", "frequency_penalty", "logit_bias")
_PENALTIES = attrgetter(*_PENALTY_NAMES)
_NO_PENALTIES = (1.0, 0.0, 0.0, ())


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
        finish: `stop` (end of turn or a stop string), `length` (`max_tokens` reached), `cancelled`,
            or `error`.
        seed: The seed that the row was sampled with.
        trace: Token trace; its columns are empty when the engine reports no log-probabilities.
        usage: Tokens, seconds, FLOPs and money of this sample. The prompt is charged to the
            first sample of a request.
        stop_string: The stop string that ended generation; `None` when another cause did.
        error: The engine's error message when `finish` is `error`, else `None`.
    """

    text: str
    finish: FinishReason
    seed: int
    trace: TokenTrace = TokenTrace()
    usage: Usage = Usage()
    stop_string: str | None = None
    error: str | None = None
