"""Frames between the host and its workers: four bytes of length, then one JSON object.

Both ends are our own code; output of a hostile program travels only as JSON strings inside.
"""

import json
import os
import struct
from collections.abc import Mapping
from typing import Any

HEADER = struct.Struct(">I")
CHUNK = 65536
PATIENCE_S = 0.1
"""Seconds after which a worker answers what it has done of many programs."""


def pack(message: Mapping[str, Any]) -> bytes:
    """One message as bytes."""
    body = json.dumps(message).encode("ascii")
    return HEADER.pack(len(body)) + body


def send(fd: int, message: Mapping[str, Any]) -> None:
    """Write one message to a blocking file descriptor."""
    data = memoryview(pack(message))
    while data:
        data = data[os.write(fd, data) :]


def receive(fd: int) -> dict[str, Any] | None:
    """Read one message from a blocking file descriptor; None at the end of the stream.

    Requests and answers alternate, so all bytes that can be read belong to this message.
    """
    data = b""
    while (missing := left(data)) > 0:
        more = os.read(fd, max(missing, CHUNK))
        if not more:
            return None
        data += more
    return json.loads(data[HEADER.size :])


def left(data: bytes) -> int:
    """Bytes still missing from a message that begins with `data`; negative for bytes too many."""
    if len(data) < HEADER.size:
        return HEADER.size - len(data)
    size: int = HEADER.unpack_from(data)[0]
    return HEADER.size + size - len(data)
