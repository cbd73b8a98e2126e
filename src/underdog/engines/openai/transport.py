"""One HTTP exchange within limits: a deadline for the whole of it, and a most for the body.

A time-out per read does not end an answer that drips, so the deadline is over everything from the
connection to the last byte. Bodies are unpacked here, so that a small body cannot become a large
one.
"""

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from underdog.engines.openai.refused_calls import PassingError
from underdog.errors import EndpointError

if TYPE_CHECKING:
    import httpx2

_GZIP_OR_ZLIB = 47
_PLAIN = ("", "identity")


@dataclass(frozen=True, slots=True)
class Received:
    """An answer: status code, headers and unpacked body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def exchange(
    client: "httpx2.AsyncClient",
    method: str,
    url: str,
    *,
    shown: str,
    within_s: float,
    most_bytes: int,
    body: Mapping[str, Any] | None = None,
) -> Received:
    """Send a request and receive the whole answer.

    Args:
        client: The HTTP client.
        method: `GET` or `POST`.
        url: Address to request.
        shown: Address to show in errors.
        within_s: Seconds for the whole exchange.
        most_bytes: Most bytes of the unpacked body.
        body: Value to send as JSON.

    Raises:
        PassingError: No whole answer came in time, or it was too long or broken.
        EndpointError: Nothing answers at this address.
    """
    import httpx2

    try:
        async with asyncio.timeout(within_s):
            async with client.stream(method, url, json=body) as response:
                return await _received(response, most_bytes)
    except TimeoutError as error:
        raise PassingError(f"no whole answer came within {within_s:g} s") from error
    except (httpx2.ConnectError, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        raise unreachable(shown, error) from error
    except (httpx2.HTTPError, httpx2.StreamError, zlib.error, ValueError) as error:
        raise PassingError(f"the answer was broken ({type(error).__name__})") from error


def unreachable(shown: str, error: Exception) -> EndpointError:
    """The error for an endpoint that does not answer."""
    return EndpointError(
        f"cannot reach {shown}: {type(error).__name__}; start the server or check the address"
    )


async def _received(response: "httpx2.Response", most_bytes: int) -> Received:
    packing = response.headers.get("content-encoding", "").strip().lower()
    unpack = None
    if packing in ("gzip", "x-gzip", "deflate"):
        unpack = zlib.decompressobj(_GZIP_OR_ZLIB)
    elif packing not in _PLAIN:
        raise PassingError("the answer was packed in a way that was not asked for")
    data = bytearray()
    async for block in response.aiter_raw():
        data += block if unpack is None else unpack.decompress(block, most_bytes + 1)
        if len(data) > most_bytes:
            raise PassingError(f"it sent more than {most_bytes} bytes of answer")
    if unpack is not None and not unpack.eof:
        raise PassingError("the answer was broken (it ended early)")
    return Received(response.status_code, response.headers, bytes(data))
