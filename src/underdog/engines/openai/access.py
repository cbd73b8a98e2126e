"""The way to an endpoint: its address, the key, and what of them may be seen.

Keys come from the environment (`UNDERDOG_API_KEY`, else `OPENAI_API_KEY`), or from the address's
user info, which is sent as basic authorization. User info and query are sent and never kept: the
address that is stored, printed or put on a card has neither.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from underdog.engines.openai.redaction import Secrets, public_address
from underdog.errors import UsageError

_LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")
_KEYS = ("UNDERDOG_API_KEY", "OPENAI_API_KEY")


@dataclass(frozen=True, slots=True)
class Access:
    """Address and key of an endpoint.

    Attributes:
        base_url: Address to show and to keep: no user info, no query, no final slash.
        headers: Headers of every request, the key among them.
        local: Whether the endpoint is on this machine and must be reached without a proxy.
        secrets: What must not be seen.
    """

    base_url: str
    headers: Mapping[str, str]
    local: bool
    secrets: Secrets
    _root: str
    _query: str

    def url(self, route: str) -> str:
        """The address of a route below the base, to be requested and not to be shown."""
        return self._with_query(self._root + route)

    def beside(self, route: str) -> str:
        """The address of a route beside `/v1`, to be requested and not to be shown."""
        return self._with_query(self._root.removesuffix("/v1") + route)

    def client_options(self) -> dict[str, Any]:
        """Options of an HTTP client for this endpoint."""
        return {
            "headers": {**self.headers, "Accept-Encoding": "gzip"},
            "trust_env": not self.local,
        }

    def _with_query(self, address: str) -> str:
        return f"{address}?{self._query}" if self._query else address


def access(address: str) -> Access:
    """The way to the endpoint at an address.

    Raises:
        UsageError: The address is malformed, or the key has characters that no header takes.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError(
            "the address of the endpoint cannot be read; write http://host:port/v1#model, and "
            "percent-encode the special letters of a user name or password"
        ) from None
    if parts.scheme not in ("http", "https") or not host:
        raise UsageError(
            f"{public_address(address)!r} is not the address of an endpoint; write "
            "http://host:port/v1#model"
        )
    user_info, at, place = parts.netloc.rpartition("@")
    root = f"{parts.scheme}://{place}{parts.path}".rstrip("/")
    words = [value for _, value in parse_qsl(parts.query)]
    key = _key()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    if at:
        user, _, password = user_info.partition(":")
        pair = f"{unquote(user)}:{unquote(password)}".encode()
        headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        words += [password or user, unquote(password or user)]
        words += [headers["Authorization"].removeprefix("Basic "), pair.decode()]
    secrets = Secrets([*words, key])
    shown = secrets.name(root, len(root) + 64)
    return Access(shown, headers, host in _LOCAL_HOSTS, secrets, root, parts.query)


def _key() -> str:
    """The user's key; empty without one."""
    for name in _KEYS:
        key = os.environ.get(name, "")
        for place, letter in enumerate(key):
            if not "!" <= letter <= "~":
                raise UsageError(
                    f"{name} has {_named(letter)} at character {place + 1} of {len(key)}, which "
                    "no HTTP header takes; set it to the key alone, without spaces or line ends"
                )
        if key:
            return key
    return ""


def _named(letter: str) -> str:
    known = {" ": "a space", "\n": "a line break", "\r": "a carriage return", "\t": "a tab"}
    return known.get(letter, f"U+{ord(letter):04X}")
