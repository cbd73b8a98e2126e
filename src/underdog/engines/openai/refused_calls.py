"""What an endpoint's refusal means: try again, too long a prompt, an unknown field, or the end.

The same refusal is worded differently by every server, and comes with different status codes, some
of them inside an answer with status 200. The wordings below are those of OpenAI, vLLM, SGLang,
llama.cpp, Ollama, TGI, LM Studio, Mistral, Anthropic, Google, Cohere and Groq.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from underdog.engines.openai.redaction import Secrets
from underdog.errors import ContextError, EndpointError

AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
"""Status codes of failures that may pass."""

_FIXES: Mapping[int, str] = {
    401: "set UNDERDOG_API_KEY (or OPENAI_API_KEY) to a valid key",
    402: "the account has no credit left",
    403: "this key may not use the model; use another key or model",
    404: "check the address (it usually ends in /v1) and the model's name",
}
_MALFORMED = (400, 405, 413, 415, 422)
_LENGTH = r"(?:context|sequence|input|prompt|model)[ _-]?(?:length|size|window|limit)"
_TOO_LONG = re.compile(
    "|".join(
        (
            rf"max\w* (?:\w+ )?{_LENGTH}",
            rf"exceed\w*\W(?:.{{0,40}}\W)?{_LENGTH}",
            rf"{_LENGTH}\w*[ _-](?:is[ _-])?exceed",
            rf"longer than .{{0,30}}(?:{_LENGTH}|maximum)",
            rf"too (?:long|large|small)\b.{{0,80}}{_LENGTH}",
            r"exceed_context",
            r"(?:input|prompt|context)\w* (?:token count|tokens?|length)\b.{0,40} exceed",
            r"tokens?\b.{0,30} exceeds? .{0,30}(?:max|limit|allowed)",
            r"number of tokens in the prompt",
            r"inputs?\W+(?:tokens|must have (?:less|fewer) than \d+ tokens)",
            r"prompt\w* (?:is |are |was )?too long",
            r"too many (?:input |prompt )?tokens(?! per)",
            r"reduce the (?:length|size) of (?:the|your) (?:message|prompt|input)",
            r"context shift is disabled|context the overflows|context length of only",
            r"context window",
        )
    ),
    re.IGNORECASE,
)
_RATE = re.compile(r"per[ -]?(?:minute|hour|day|second)|rate[ _-]?limit|\btp[mdh]\b", re.IGNORECASE)
_PASSING = re.compile(
    r"rate[ _-]?limit|too[ _-]?many[ _-]?requests|overload|unavailable|time[d _-]*out|capacity"
    r"|server[ _-]?(?:is[ _-])?(?:error|busy)|internal|try again|temporar|loading"
    r"|resource_exhausted",
    re.IGNORECASE,
)
_KEY_WORDS = re.compile(r"api[ _-]?key|unauthori[sz]ed|authentication", re.IGNORECASE)


class RefusedError(EndpointError):
    """The endpoint refused the request as malformed (status 400 or 422).

    Attributes:
        reason: The endpoint's own message, with the name of the parameter it is about.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason

    def about(self, name: str) -> bool:
        """Whether the endpoint's message mentions a parameter."""
        return bool(mentioned(self.reason, {name: None}))


class OddAnswerError(EndpointError):
    """The endpoint answered something that is no completion."""


class PassingError(EndpointError):
    """A failure that may pass, so that the request is tried again.

    Attributes:
        asked_s: Seconds that the endpoint asked to wait.
    """

    def __init__(self, message: str, asked_s: float = 0.0) -> None:
        super().__init__(message)
        self.asked_s = asked_s


@dataclass(frozen=True, slots=True)
class Complaint:
    """An endpoint's error: its words, and the status code that they go with (0 when unknown)."""

    reason: str
    code: int
    about: str = ""


def complaint(data: bytes, status: int, secrets: Secrets) -> Complaint:
    """The error in the body of an answer with an error status."""
    try:
        found = told_error(json.loads(data), whole=True)
    except (ValueError, RecursionError):
        found = None
    if found is None:
        found = Complaint(data[:2000].decode("utf-8", errors="replace"), 0)
    reason = secrets.shown(found.reason) or "no reason given"
    return Complaint(reason, status, secrets.shown(found.about, 60))


def told_error(reply: Any, *, whole: bool = False) -> Complaint | None:
    """The error that a decoded answer tells; `None` when it tells none.

    Args:
        reply: The decoded JSON.
        whole: Whether the answer is known to be an error, in whatever shape.
    """
    if not isinstance(reply, dict):
        return (
            Complaint(reply if isinstance(reply, str) else json.dumps(reply), 0) if whole else None
        )
    fields = cast("dict[str, Any]", reply)
    error: Any = fields.get("error")
    if not error and (whole or fields.get("object") == "error" or "choices" not in fields):
        error = fields.get("errors") or fields.get("detail")
        error = error or (fields if fields.get("message") else None)
    if not error:
        return None
    if isinstance(error, list):
        error = cast("list[Any]", error)[0]
    if not isinstance(error, dict):
        return Complaint(str(error), _code(fields), _about(fields))
    inner = cast("dict[str, Any]", error)
    words: Any = inner.get("message") or inner.get("msg") or inner.get("error")
    kinds = [inner.get(name) for name in ("code", "type", "status")]
    kind = next((one for one in kinds if isinstance(one, str) and not one.isdecimal()), "")
    if not isinstance(words, str) or not words:
        words = kind or json.dumps(inner)
    elif kind and kind not in words:
        words = f"{words} ({kind})"
    return Complaint(words, _code(inner) or _code(fields), _about(inner))


def judged(found: Complaint, url: str, asked_s: float = 0.0) -> EndpointError | ContextError:
    """The error to raise for a complaint; a `PassingError` when the request may be tried again.

    Args:
        found: The complaint, its words already fit to be shown.
        url: Address to show.
        asked_s: Seconds that the endpoint asked to wait.
    """
    code, reason = found.code, found.reason
    about = f"{reason} {found.about}".strip()
    if code != 429 and _TOO_LONG.search(about) and not _RATE.search(about):
        return ContextError(f"{reason}; shorten the prompt")
    if not code:
        code = 503 if _PASSING.search(about) else 401 if _KEY_WORDS.search(about) else 400
    if code in AGAIN or (code >= 500 and code != 501) or (code == 413 and _RATE.search(about)):
        return PassingError(f"it answered {code}: {reason}", asked_s)
    if code in _MALFORMED:
        return RefusedError(f"{url} refused the request ({code}): {reason}", about)
    fix = _FIXES.get(code, "look at the endpoint's own log")
    return EndpointError(f"{url} answered {code}: {reason}; {fix}")


def mentioned(reason: str, fields: Mapping[str, object]) -> list[str]:
    """Names of the sent fields that an endpoint's error message mentions, as whole words."""
    return [name for name in fields if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", reason)]


def _code(fields: Mapping[str, Any]) -> int:
    for name in ("code", "status", "status_code", "statusCode"):
        value = fields.get(name)
        if isinstance(value, str) and value.isdecimal() and len(value) == 3:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600:
            return value
    return 0


def _about(fields: Mapping[str, Any]) -> str:
    about = fields.get("param")
    return about if isinstance(about, str) else ""
