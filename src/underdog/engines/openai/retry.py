"""Requests to a remote endpoint, retried with exponential backoff and jitter.

Answers 408, 425, 429 and 5xx (also as an error inside an answer with status 200), broken
connections, time-outs, incomplete bodies and answers without a choice are tried again;
`Retry-After` is honoured. Other errors are raised at once, with advice and without any key.
"""

import asyncio
import datetime
import email.utils
import json
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from underdog.engines.openai.access import Access
from underdog.engines.openai.refused_calls import (
    Complaint,
    OddAnswerError,
    PassingError,
    complaint,
    judged,
    told_error,
)
from underdog.engines.openai.transport import Received, exchange
from underdog.errors import ContextError, EndpointError

if TYPE_CHECKING:
    import httpx2

_MAX_BODY_BYTES = 64 * 1024 * 1024

T = TypeVar("T")


class BusyError(EndpointError):
    """The endpoint kept failing through all retries; another request may well succeed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Number of retries, pauses between them, and time-outs.

    Attributes:
        retries: Tries after the first.
        first_pause_s: Pause before the second try; doubled for every further one.
        longest_pause_s: Cap on a pause, `Retry-After` included.
        timeout_s: Most seconds of one try, from the connection to the last byte of the answer.
    """

    retries: int = 5
    first_pause_s: float = 0.5
    longest_pause_s: float = 60.0
    timeout_s: float = 600.0


async def post_json(
    client: "httpx2.AsyncClient",
    way: Access,
    route: str,
    body: Mapping[str, Any],
    patience: Patience,
    read: Callable[[Any], T],
) -> T:
    """Post a request and return what `read` makes of the decoded answer.

    Args:
        client: The HTTP client.
        way: Address and key of the endpoint.
        route: Route below the address, such as `/completions`.
        body: The request.
        patience: Retries and time-outs.
        read: Reads a decoded answer; may raise `PassingError`, to have the request tried again, or
            `OddAnswerError`, which is tried again likewise and raised in the end.

    Raises:
        ContextError: The prompt does not fit the model's context.
        RefusedError: The endpoint does not accept the request.
        OddAnswerError: It answered, to the last, something that is no completion.
        BusyError: It kept failing through all retries.
        EndpointError: It cannot be reached, or refuses the key, model or address.
    """
    shown = way.base_url + route
    for attempt in range(patience.retries + 1):
        try:
            received = await exchange(
                client,
                "POST",
                way.url(route),
                shown=shown,
                within_s=patience.timeout_s,
                most_bytes=_MAX_BODY_BYTES,
                body=body,
            )
            return read(_decoded(received, way, shown))
        except OddAnswerError:
            if attempt == patience.retries:
                raise
            asked_s = 0.0
        except PassingError as error:
            asked_s, problem = error.asked_s, str(error)
            if attempt == patience.retries:
                raise BusyError(
                    f"{shown} failed {patience.retries + 1} times, last because {problem}; "
                    "lower the concurrency or try later"
                ) from error
        await asyncio.sleep(_pause_s(attempt, asked_s, patience))
    raise BusyError(f"{shown} was not asked: {patience.retries} retries; give 0 or more")


def refusal(way: Access, shown: str, received: Received) -> EndpointError | ContextError:
    """The error for an answer with an error status."""
    found = complaint(received.body, received.status, way.secrets)
    return judged(found, shown, _retry_after(received.headers.get("retry-after", "")))


def _decoded(received: Received, way: Access, shown: str) -> Any:
    """The decoded answer; raises what an error in it means."""
    if not 200 <= received.status < 300:
        raise refusal(way, shown, received)
    try:
        reply: Any = json.loads(received.body)
    except (ValueError, RecursionError) as error:
        raise PassingError("the answer was no whole JSON") from error
    found = told_error(reply)
    inner = _only_choice(reply) if found is None else None
    found = told_error(inner) if inner is not None else found
    if found is None:
        return reply
    words = way.secrets.shown(found.reason) or "no reason given"
    about = way.secrets.shown(found.about, 60)
    asked_s = _retry_after(received.headers.get("retry-after", ""))
    problem = judged(Complaint(words, found.code, about), shown, asked_s)
    if inner is not None and not isinstance(problem, PassingError):
        return reply  # the reply's own fault, and not the request's
    raise problem


def _only_choice(reply: Any) -> Any:
    """The only choice of an answer, as far as it tells an error; else `None`."""
    match reply:
        case {"choices": [{"error": error}]} if error:
            return {"error": error}
        case _:
            return None


def _retry_after(value: str) -> float:
    """Seconds to wait by a `Retry-After` header, which holds seconds or a date; else 0."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value)
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0


def _until(value: str) -> float:
    """Seconds until an HTTP date; 0 for what is none."""
    try:
        then = email.utils.parsedate_to_datetime(value)
        if then.tzinfo is None:
            then = then.replace(tzinfo=datetime.UTC)
        return (then - datetime.datetime.now(datetime.UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return 0.0


def _pause_s(attempt: int, asked_s: float, patience: Patience) -> float:
    grown = patience.first_pause_s * 2.0 ** min(attempt, 60)
    jittered = grown * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, no secret
    return min(patience.longest_pause_s, max(asked_s, jittered))
