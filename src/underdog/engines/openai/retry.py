"""Requests to a remote endpoint, retried with exponential backoff and jitter.

Answers 408, 425, 429 and 5xx, broken connections, time-outs and incomplete bodies are tried again;
`Retry-After` is honoured. Other errors are raised at once, with advice. Keys come from the
environment (`UNDERDOG_API_KEY`, else `OPENAI_API_KEY`) and never appear in a message.
"""

import asyncio
import datetime
import email.utils
import json
import os
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from underdog.errors import ContextError, EndpointError, EngineError

if TYPE_CHECKING:
    import httpx2

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_MAX_BODY_BYTES = 64 * 1024 * 1024
_FIXES: Mapping[int, str] = {
    401: "set UNDERDOG_API_KEY (or OPENAI_API_KEY) to a valid key",
    403: "this key may not use the model; use another key or model",
    404: "check the address (it usually ends in /v1) and the model's name",
}


class RefusedError(EndpointError):
    """The endpoint refused the request as malformed (status 400 or 422).

    Attributes:
        reason: The endpoint's own message.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class BusyError(EndpointError):
    """The endpoint kept failing through all retries; another request may well succeed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Number of retries, pauses between them, and time-outs.

    Attributes:
        retries: Tries after the first.
        first_pause_s: Pause before the second try; doubled for every further one.
        longest_pause_s: Cap on a pause, `Retry-After` included.
        timeout_s: Time-out of one try.
    """

    retries: int = 5
    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0
    timeout_s: float = 600.0


def authorization() -> dict[str, str]:
    """The HTTP header with the user's key; empty without a key."""
    key = os.environ.get("UNDERDOG_API_KEY") or os.environ.get("OPENAI_API_KEY")
    return {"Authorization": f"Bearer {key}"} if key else {}


async def post_json(
    client: "httpx2.AsyncClient", url: str, body: Mapping[str, Any], patience: Patience
) -> Any:
    """Post a request and return the decoded answer.

    Raises:
        ContextError: The prompt does not fit the model's context.
        RefusedError: The endpoint does not accept the request.
        BusyError: It kept failing through all retries.
        EndpointError: It cannot be reached, or refuses the key, model or address.
    """
    import httpx2

    problem = ""
    for attempt in range(patience.retries + 1):
        asked_s = 0.0
        try:
            status, headers, data = await _exchange(client, url, body)
            if status == 200:
                return json.loads(data)
            if status not in _AGAIN:
                raise refusal(url, status, data)
            problem = f"it answered {status}"
            asked_s = _retry_after(headers.get("retry-after", ""))
        except httpx2.ConnectError as error:
            raise unreachable(url, error) from error
        except (httpx2.HTTPError, ValueError) as error:
            problem = f"{type(error).__name__} {error}".strip()
        if attempt < patience.retries:
            await asyncio.sleep(_pause_s(attempt, asked_s, patience))
    raise BusyError(
        f"{url} failed {patience.retries + 1} times, last because {problem}; "
        "lower the concurrency or try later"
    )


def refusal(url: str, status: int, data: bytes) -> EngineError:
    """The error for an answer that is not retried."""
    reason = _reason(data)
    lowered = reason.lower()
    if status in (400, 413, 422):
        if "context" in lowered and any(word in lowered for word in ("length", "size", "exceed")):
            return ContextError(f"{reason}; shorten the prompt")
        return RefusedError(f"{url} refused the request ({status}): {reason}", reason)
    fix = _FIXES.get(status, "look at the endpoint's own log")
    return EndpointError(f"{url} answered {status}: {reason}; {fix}")


def unreachable(url: str, error: Exception) -> EndpointError:
    """The error for an endpoint that does not answer."""
    return EndpointError(
        f"cannot reach {url}: {type(error).__name__}; start the server or check the address"
    )


async def _exchange(
    client: "httpx2.AsyncClient", url: str, body: Mapping[str, Any]
) -> tuple[int, Mapping[str, str], bytes]:
    import httpx2

    data = bytearray()
    async with client.stream("POST", url, json=body) as response:
        async for block in response.aiter_bytes():
            data += block
            if len(data) > _MAX_BODY_BYTES:
                raise httpx2.DecodingError(f"more than {_MAX_BODY_BYTES} bytes of answer")
        return response.status_code, response.headers, bytes(data)


def _reason(data: bytes) -> str:
    try:
        reply: Any = json.loads(data)
        error: Any = reply.get("error", reply)
        message = error if isinstance(error, str) else error["message"]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        message = data[:200].decode("utf-8", errors="replace")
    return str(message)[:300] or "no reason given"


def _retry_after(value: str) -> float:
    """Seconds to wait by a `Retry-After` header, which holds seconds or a date."""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        then = email.utils.parsedate_to_datetime(value)
        return max(0.0, (then - datetime.datetime.now(datetime.UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _pause_s(attempt: int, asked_s: float, patience: Patience) -> float:
    grown = patience.first_pause_s * 2.0**attempt
    jittered = grown * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, no secret
    return min(patience.longest_pause_s, max(asked_s, jittered))
