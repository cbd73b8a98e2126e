"""Frames between the host and its workers: four bytes of length, then one JSON object.

Both ends are ours; what a hostile program writes never reaches this format undigested.
"""

import json
import os
import struct
from collections.abc import Mapping
from typing import Any

HEADER = struct.Struct(">I")


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
    """Read one message from a blocking file descriptor; None at the end of the stream."""
    header = _exactly(fd, HEADER.size)
    if header is None:
        return None
    body = _exactly(fd, HEADER.unpack(header)[0])
    return None if body is None else json.loads(body)


def _exactly(fd: int, size: int) -> bytes | None:
    data = os.read(fd, size)
    while len(data) < size:
        more = os.read(fd, size - len(data))
        if not more:
            return None
        data += more
    return data
