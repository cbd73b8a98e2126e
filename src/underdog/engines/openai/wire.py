"""The JSON answers of OpenAI-compatible endpoints, limited to the fields that underdog reads.

Endpoints differ: log-probabilities come as parallel lists (`/v1/completions` of vLLM) or as a list
of records (`/v1/chat/completions`, and both routes of llama.cpp); usage may lack its details.
Unknown fields are ignored, since every endpoint adds its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from underdog.engines.openai.retry import BusyError
from underdog.errors import EndpointError


@dataclass(frozen=True, slots=True)
class SampledToken:
    """One generated or echoed token.

    Attributes:
        text: The token's text.
        logprob: Log-probability in nats; `None` when the endpoint gives none.
        alternatives: Log-probabilities of the likeliest tokens at its position, highest first.
    """

    text: str
    logprob: float | None
    alternatives: tuple[float, ...]


class _Alternative(BaseModel):
    logprob: float | None = None


class _Record(BaseModel):
    token: str = ""
    logprob: float | None = None
    top_logprobs: list[_Alternative] = Field(default_factory=list[_Alternative])


class _Logprobs(BaseModel):
    content: list[_Record] | None = None
    tokens: list[str] = Field(default_factory=list[str])
    token_logprobs: list[float | None] = Field(default_factory=list[float | None])
    top_logprobs: list[dict[str, float | None] | None] | None = None
    text_offset: list[int] | None = None

    def sampled(self) -> tuple[SampledToken, ...]:
        if self.content is not None:
            return tuple(
                SampledToken(
                    record.token,
                    record.logprob,
                    _descending([top.logprob for top in record.top_logprobs]),
                )
                for record in self.content
            )
        tops = self.top_logprobs or [None] * len(self.tokens)
        return tuple(
            SampledToken(token, logprob, _descending(list((top or {}).values())))
            for token, logprob, top in zip(self.tokens, self.token_logprobs, tops, strict=False)
        )


class _Message(BaseModel):
    content: str | None = None


class WireChoice(BaseModel):
    """One sampled row."""

    index: int = 0
    text: str | None = None
    message: _Message | None = None
    finish_reason: str | None = None
    stop_reason: str | int | None = None
    logprobs: _Logprobs | None = None

    @property
    def reply(self) -> str:
        """The generated text, from the completions or the chat route."""
        if self.text is not None:
            return self.text
        return (self.message.content or "") if self.message is not None else ""

    @property
    def tokens(self) -> tuple[SampledToken, ...]:
        """Generated tokens with log-probabilities; empty when the endpoint gives none."""
        return self.logprobs.sampled() if self.logprobs is not None else ()

    @property
    def offsets(self) -> Sequence[int]:
        """Character offset of each token in the text; empty when the endpoint gives none."""
        return (self.logprobs.text_offset or ()) if self.logprobs is not None else ()


class _PromptDetails(BaseModel):
    cached_tokens: int | None = None


class WireUsage(BaseModel):
    """Token counts of one request."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _PromptDetails | None = None

    @property
    def cached_tokens(self) -> int:
        """Prompt tokens that a prefix cache served."""
        details = self.prompt_tokens_details
        return min(self.prompt_tokens, (details.cached_tokens or 0) if details else 0)


class Answer(BaseModel):
    """The body of an answer to a completion request."""

    choices: list[WireChoice]
    usage: WireUsage | None = None


class _ModelMeta(BaseModel):
    n_ctx: int | None = None


class ListedModel(BaseModel):
    """One row of `/v1/models`."""

    id: str
    max_model_len: int | None = None
    meta: _ModelMeta | None = None

    @property
    def context_tokens(self) -> int:
        """Context length in tokens; 0 when the endpoint does not state it."""
        return self.max_model_len or (self.meta.n_ctx if self.meta is not None else 0) or 0


class ModelList(BaseModel):
    """The body of `/v1/models`."""

    data: list[ListedModel] = Field(default_factory=list[ListedModel])


class ServerProps(BaseModel):
    """The chat template and special tokens in the answer of llama.cpp's `/props`."""

    chat_template: str | None = None
    bos_token: str = ""
    eos_token: str = ""


def cut_tokens(tokens: Sequence[SampledToken], text: str) -> tuple[SampledToken, ...]:
    """The tokens that begin inside `text`; endpoints may also list a stop string's tokens."""
    start = 0
    for place, token in enumerate(tokens):
        if start >= len(text):
            return tuple(tokens[:place])
        start += len(token.text)
    return tuple(tokens)


def earliest_stop(text: str, stop: Sequence[str]) -> tuple[str, str | None]:
    """The text before its first stop string, and that string; the whole text and `None` without."""
    found = [(text.find(word), word) for word in stop if word and word in text]
    if not found:
        return text, None
    place, word = min(found)
    return text[:place], word


def mentioned(reason: str, fields: Mapping[str, object]) -> list[str]:
    """Names of the sent fields that an endpoint's error message mentions."""
    return [name for name in fields if name in reason]


def _descending(logprobs: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(sorted((logprob for logprob in logprobs if logprob is not None), reverse=True))


def read_answer(reply: object, url: str) -> Answer:
    """The validated body of an answer to a completion request.

    Raises:
        EndpointError: The body is not a completion.
        BusyError: The body has no choices.
    """
    try:
        answer = Answer.model_validate(reply)
    except ValueError as error:
        raise EndpointError(
            f"{url} answered something that is no completion; check that it is an "
            "OpenAI-compatible endpoint"
        ) from error
    if not answer.choices:
        raise BusyError(f"{url} answered without a choice")
    return answer
