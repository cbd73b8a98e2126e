"""What an OpenAI-compatible endpoint says, reduced to what underdog reads.

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
    """One generated (or echoed) token: its text, log p, and the likeliest alternatives' log p."""

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
        """The generated text, from whichever route."""
        if self.text is not None:
            return self.text
        return (self.message.content or "") if self.message is not None else ""

    @property
    def tokens(self) -> tuple[SampledToken, ...]:
        """Generated tokens with log-probabilities; empty when the endpoint gives none."""
        return self.logprobs.sampled() if self.logprobs is not None else ()

    @property
    def offsets(self) -> Sequence[int]:
        """Where each token begins in the text; empty when the endpoint does not say."""
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
        """Context that the endpoint states; 0 when it does not."""
        return self.max_model_len or (self.meta.n_ctx if self.meta is not None else 0) or 0


class ModelList(BaseModel):
    """The body of `/v1/models`."""

    data: list[ListedModel] = Field(default_factory=list[ListedModel])


class ServerProps(BaseModel):
    """The part of llama.cpp's `/props` that says how a conversation is written down."""

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
    """The text before the first stop string in it, and that string."""
    found = [(text.find(word), word) for word in stop if word and word in text]
    if not found:
        return text, None
    place, word = min(found)
    return text[:place], word


def mentioned(reason: str, fields: Mapping[str, object]) -> list[str]:
    """Which of the sent fields an endpoint's complaint names."""
    return [name for name in fields if name in reason]


def _descending(logprobs: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(sorted((logprob for logprob in logprobs if logprob is not None), reverse=True))


def read_answer(reply: object, url: str) -> Answer:
    """An answer as its fields.

    Raises:
        EndpointError: It is no completion.
        BusyError: It has no choices.
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
