"""The JSON answers of OpenAI-compatible endpoints, limited to the fields that underdog reads.

Endpoints differ: log-probabilities come as parallel lists (`/v1/completions` of vLLM) or as a list
of records (`/v1/chat/completions`, and both routes of llama.cpp); a reply comes as text, or in
parts; usage may lack its details. Unknown fields are ignored, since every endpoint adds its own. A
field that holds nonsense counts as missing: only an answer without choices is no answer.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, cast

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, WrapValidator

from underdog.engines.openai.refused_calls import OddAnswerError, PassingError

_ROUNDING = 1e-3
"""A log-probability may be this far above 0, by rounding."""

_LARGEST = 1e300
_MOST = 1 << 53
_BYTES_LABEL = re.compile(r"bytes:((?:\\x[0-9a-fA-F]{2}|[^\\])*\\x[0-9a-fA-F]{2}(?:.*))", re.DOTALL)
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|(.)", re.DOTALL)
_BYTE_LABEL = re.compile(r"<0x([0-9a-fA-F]{2})>")
_PARTIAL = "\ufffd"


@dataclass(frozen=True, slots=True)
class SampledToken:
    """One generated or echoed token.

    Attributes:
        label: The token as the endpoint writes it.
        data: The token's bytes; `None` when the label stands for an unknown part of a character.
        logprob: Log-probability in nats; `None` when the endpoint gives none, or no number.
        alternatives: Log-probabilities of the likeliest tokens at its position, highest first.
    """

    label: str
    data: bytes | None
    logprob: float | None
    alternatives: tuple[float, ...]


def whole_number(value: object) -> int | None:
    """A count as an endpoint tells it; `None` for what is no count.

    Example:
        >>> [whole_number(one) for one in (3, 3.0, 2.5, -1, True, "7", None)]
        [3, 3, None, None, None, 7, None]
    """
    if isinstance(value, str) and value.isdecimal() and len(value) < 17:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= _MOST or value != int(value):
        return None
    return int(value)


def _logprob(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not value <= _ROUNDING:
        return None
    return max(-_LARGEST, min(0.0, value)) if value > -math.inf else -math.inf


def _text(value: object) -> str | None:
    """A reply's text, from one string or from parts; half surrogates become U+FFFD."""
    if isinstance(value, list):
        parts = [_part(part) for part in cast("list[object]", value)]
        value = "".join(parts)
    if not isinstance(value, str):
        return None
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _part(part: object) -> str:
    if isinstance(part, dict):
        fields = cast("dict[str, Any]", part)
        part = fields.get("text") if fields.get("type", "text") in ("text", "output_text") else ""
    return part if isinstance(part, str) else ""


def _or_none(value: object, inner: Callable[[object], Any]) -> Any:
    try:
        return inner(value)
    except ValidationError:
        return None


def _word(value: object) -> object:
    """A finish reason as a word, also where it comes in an object of its own."""
    if isinstance(value, dict):
        value = cast("dict[str, object]", value).get("type")
    return value if value is None or isinstance(value, str) else repr(value)[:40]


def _bytes(value: object) -> bytes | None:
    """A token's bytes as a list of numbers."""
    try:
        return bytes(cast("list[int]", value)) if isinstance(value, list) else None
    except (ValueError, TypeError):
        return None


Count: TypeAlias = Annotated[int | None, BeforeValidator(whole_number)]
Logprob: TypeAlias = Annotated[float | None, BeforeValidator(_logprob)]
Text: TypeAlias = Annotated[str | None, BeforeValidator(_text)]
Label: TypeAlias = Annotated[str | None, BeforeValidator(_text)]


class _Alternative(BaseModel):
    logprob: Logprob = None


class _Record(BaseModel):
    token: Label = None
    bytes: Annotated[Any, BeforeValidator(_bytes)] = None
    logprob: Logprob = None
    top_logprobs: Annotated[list[_Alternative] | None, WrapValidator(_or_none)] = None


class _Logprobs(BaseModel):
    content: list[_Record] | None = None
    tokens: list[Label] | None = None
    token_logprobs: list[Logprob] | None = None
    top_logprobs: Annotated[list[dict[str, Logprob] | None] | None, WrapValidator(_or_none)] = None
    text_offset: Annotated[list[int] | None, WrapValidator(_or_none)] = None

    def sampled(self) -> tuple[SampledToken, ...]:
        if self.content is not None:
            return tuple(
                SampledToken(
                    record.token or "",
                    label_bytes(record.token or "") if record.bytes is None else record.bytes,
                    record.logprob,
                    _descending([top.logprob for top in record.top_logprobs or ()]),
                )
                for record in self.content
            )
        labels, values = self.tokens or [], self.token_logprobs or []
        if len(labels) != len(values):
            return ()
        tops = self.top_logprobs or []
        if len(tops) != len(labels):
            tops = [None] * len(labels)
        return tuple(
            SampledToken(
                label or "", label_bytes(label or ""), logprob, _descending((top or {}).values())
            )
            for label, logprob, top in zip(labels, values, tops, strict=True)
        )


class _Message(BaseModel):
    content: Text = None
    refusal: Text = None


class WireChoice(BaseModel):
    """One sampled row."""

    index: Count = None
    text: Text = None
    message: Annotated[_Message | None, WrapValidator(_or_none)] = None
    finish_reason: Annotated[str | None, BeforeValidator(_word)] = None
    stop_reason: Any = None
    error: Any = None
    logprobs: Annotated[_Logprobs | None, WrapValidator(_or_none)] = None

    @property
    def reply(self) -> str:
        """The generated text, from the completions or the chat route."""
        if self.text is not None:
            return self.text
        if self.message is None:
            return ""
        return self.message.content or self.message.refusal or ""

    @property
    def tokens(self) -> tuple[SampledToken, ...]:
        """Generated tokens with log-probabilities; empty when the endpoint gives none."""
        return self.logprobs.sampled() if self.logprobs is not None else ()

    @property
    def offsets(self) -> Sequence[int]:
        """Character offset of each token in the text; empty when the endpoint gives none."""
        return (self.logprobs.text_offset or ()) if self.logprobs is not None else ()


class _PromptDetails(BaseModel):
    cached_tokens: Any = None


class WireUsage(BaseModel):
    """Token counts of one request, as told; `None` where nothing or nonsense is told."""

    prompt_tokens: Count = None
    completion_tokens: Count = None
    prompt_tokens_details: Annotated[_PromptDetails | None, WrapValidator(_or_none)] = None

    @property
    def cached_tokens(self) -> int | None:
        """Prompt tokens that a prefix cache served; `None` when the number told is impossible."""
        details = self.prompt_tokens_details
        if details is None or details.cached_tokens is None:
            return 0
        return whole_number(details.cached_tokens)


class Answer(BaseModel):
    """The body of an answer to a completion request."""

    choices: list[WireChoice]
    usage: Annotated[WireUsage | None, WrapValidator(_or_none)] = None


class _ModelMeta(BaseModel):
    n_ctx: Count = None


class ListedModel(BaseModel):
    """One row of `/v1/models`."""

    id: str
    max_model_len: Count = None
    meta: Annotated[_ModelMeta | None, WrapValidator(_or_none)] = None

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


def read_answer(reply: object, url: str) -> Answer:
    """The validated body of an answer to a completion request.

    Raises:
        OddAnswerError: The body is not a completion.
        PassingError: The body has no choices.
    """
    if isinstance(reply, dict) and cast("dict[str, object]", reply).get("choices", ()) in (
        None,
        [],
    ):
        raise PassingError("it answered without a choice")
    try:
        return Answer.model_validate(reply)
    except (ValueError, RecursionError) as error:
        raise OddAnswerError(
            f"{url} answered something that is no completion; check that it is an "
            "OpenAI-compatible endpoint"
        ) from error


def in_order(choices: Sequence[WireChoice]) -> list[WireChoice]:
    """Choices by their index, or as they came when the indices do not number them."""
    numbers = [choice.index for choice in choices]
    if sorted(number for number in numbers if number is not None) != list(range(len(choices))):
        return list(choices)
    return sorted(choices, key=lambda choice: choice.index or 0)


def label_bytes(label: str) -> bytes | None:
    r"""The bytes that a token's label stands for; `None` for an unknown part of a character.

    Example:
        >>> label_bytes(" ok"), label_bytes("bytes:\\xf0\\x9f"), label_bytes("<0x0A>")
        (b' ok', b'\xf0\x9f', b'\n')
    """
    if label.startswith("bytes:"):
        if _BYTES_LABEL.fullmatch(label):
            return b"".join(
                bytes.fromhex(escaped) if escaped else letter.encode("utf-8", "replace")
                for escaped, letter in _ESCAPED.findall(label.removeprefix("bytes:"))
            )
        if label != "bytes:" and all("\x80" <= letter <= "\xff" for letter in label[6:]):
            return label[6:].encode("latin-1")
    if single := _BYTE_LABEL.fullmatch(label):
        return bytes.fromhex(single[1])
    return None if _PARTIAL in label else label.encode("utf-8", "replace")


def earliest_stop(text: str, stop: Sequence[str]) -> tuple[str, str | None]:
    """The text before its first stop string, and that string; the whole text and `None` without."""
    found = [(text.find(word), word) for word in stop if word and word in text]
    if not found:
        return text, None
    place, word = min(found)
    return text[:place], word


def _descending(logprobs: Any) -> tuple[float, ...]:
    return tuple(sorted((logprob for logprob in logprobs if logprob is not None), reverse=True))
