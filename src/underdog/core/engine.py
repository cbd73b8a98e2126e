"""The seam to language models: generate, continue a prefix, score a continuation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from underdog.core.completion import Completion, SamplingParams
from underdog.core.prompt import Prompt
from underdog.core.usage import Usage


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Architecture numbers from which FLOPs are computed.

    Attributes:
        num_params: All parameters.
        num_embedding_params: Parameters of the input embedding when it is not also the output
            head; they are looked up, not multiplied, so they add no FLOPs.
        num_layers: Decoder layers.
        hidden_size: Width of the residual stream.
        attention_size: Width of all query heads together; 0 when it equals `hidden_size`.
        window_tokens: Size of the sliding attention window in tokens, the present one included.
        num_windowed_layers: Layers whose attention sees only the window.
    """

    num_params: int
    num_embedding_params: int = 0
    num_layers: int = 0
    hidden_size: int = 0
    attention_size: int = 0
    window_tokens: int = 0
    num_windowed_layers: int = 0

    @property
    def num_active_params(self) -> int:
        """Parameters that a token is multiplied with."""
        return self.num_params - self.num_embedding_params

    def flops(self, start: int, stop: int) -> float:
        """FLOPs to process the tokens at positions `start` to `stop` - 1 of a text.

        2 per active parameter and token, and 4 per layer, entry of the query heads and attended
        position; the token at position i attends to i + 1 positions, or to those in its window.
        """
        tokens = max(0, stop - start)
        attended = _sum_to(stop) - _sum_to(start) if tokens else 0
        if self.num_windowed_layers:
            windowed = self._windowed_to(stop) - self._windowed_to(start) if tokens else 0
            attended *= self.num_layers - self.num_windowed_layers
            attended += windowed * self.num_windowed_layers
        else:
            attended *= self.num_layers
        width = self.attention_size or self.hidden_size
        return 2.0 * self.num_active_params * tokens + 4.0 * width * attended

    def _windowed_to(self, stop: int) -> int:
        """Attended positions of the first `stop` tokens in a layer with the window."""
        whole = min(stop, self.window_tokens)
        return _sum_to(whole) + (stop - whole) * self.window_tokens


def _sum_to(last: int) -> int:
    return last * (last + 1) // 2


@dataclass(frozen=True, slots=True)
class Price:
    """Money per million tokens, in US dollars."""

    prompt_usd: float = 0.0
    cached_prompt_usd: float = 0.0
    generated_usd: float = 0.0

    def cost_usd(self, usage: Usage) -> float:
        """US dollars for the prompt, cached prompt and generated tokens of `usage`."""
        uncached = usage.prompt_tokens - usage.cached_prompt_tokens
        return (
            uncached * self.prompt_usd
            + usage.cached_prompt_tokens * self.cached_prompt_usd
            + usage.generated_tokens * self.generated_usd
        ) / 1e6


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Facts that an engine declares about itself: model, context length, shape, abilities.

    Attributes:
        engine: Registered engine name, such as `llama_cpp`.
        model: The model's name as the user gave it.
        fingerprint: Hash over weights, precision and engine version: it changes whenever the same
            seed may give other text. Part of every rollout's key.
        context_tokens: Greatest length of prompt plus completion, in tokens.
        shape: Architecture from which FLOPs are computed; `None` when unknown (a remote endpoint).
        price: Money per token; zero for local engines.
        logprobs: Whether completions carry token log-probabilities.
        scores: Whether `score` is available.
        continues: Whether a prompt's prefix is really continued (raw completion) rather than
            answered anew (chat).
        seeded: Whether a row's text depends only on prompt, seed and parameters.
        told_usage: Whether token counts are the engine's own; false once an endpoint has told none
            or impossible ones, in whose place the most that they can be is counted.
    """

    engine: str
    model: str
    fingerprint: str
    context_tokens: int
    shape: ModelShape | None = None
    price: Price = Price()
    logprobs: bool = True
    scores: bool = True
    continues: bool = True
    seeded: bool = True
    told_usage: bool = True


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """Request for `len(seeds)` completions of one prompt, completion i sampled with `seeds[i]`."""

    prompt: Prompt
    params: SamplingParams
    seeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """Request for the log-probability of `continuation` after `prompt` (its prefix included)."""

    prompt: Prompt
    continuation: str


@dataclass(frozen=True, slots=True)
class ContinuationScore:
    """Log-probabilities (natural logarithm) of a continuation's tokens, in order."""

    logprobs: tuple[float, ...]
    usage: Usage = Usage()

    @property
    def total(self) -> float:
        """Sum of the tokens' log-probabilities: log p(continuation | prompt)."""
        return sum(self.logprobs)


class Engine(Protocol):
    """A language model that can be called.

    Requests of one call, and concurrent calls, are batched by the engine as it sees fit; callers
    submit much and early. Cancelling the awaiting task cancels the work. A sample that fails is
    returned as a completion with `finish="error"`; an engine that cannot work at all raises
    `EngineError`.
    """

    @property
    def info(self) -> EngineInfo:
        """Model, fingerprint, context length, shape, price and abilities."""
        ...

    async def generate(self, requests: Sequence[GenerateRequest]) -> list[list[Completion]]:
        """Lists of completions, one list per request, each in the order of its seeds."""
        ...

    async def score(self, requests: Sequence[ScoreRequest]) -> list[ContinuationScore]:
        """Scores in request order. Raises `UnsupportedError` when `info.scores` is false."""
        ...

    async def aclose(self) -> None:
        """Release processes, memory and connections. May be called twice."""
        ...
