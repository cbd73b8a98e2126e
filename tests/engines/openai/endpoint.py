"""A small HTTP server on loopback that misbehaves as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What to answer; `stated_bytes` claims another length, `hang` waits for the test's end.

    With `drip_s` the body is sent byte by byte, so many seconds apart.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    stated_bytes: int | None = None
    hang: bool = False
    drip_s: float = 0.0


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    headers: dict[str, str]
    body: Any


Script = Callable[[Asked], Reply]


class Endpoint:
    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.over = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.answer(None)

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                self.answer(json.loads(self.rfile.read(length)))

            def answer(self, body: Any) -> None:
                headers = {key.lower(): value for key, value in self.headers.items()}
                asked = Asked(self.path, headers, body)
                endpoint.asked.append(asked)
                reply = endpoint.script(asked)
                if reply.hang:
                    endpoint.over.wait(30)
                    self.close_connection = True
                    return
                data = json.dumps(reply.body).encode() if reply.raw is None else reply.raw
                self.send_response(reply.status)
                self.send_header("content-length", str(reply.stated_bytes or len(data)))
                for key, value in reply.headers.items():
                    self.send_header(key, value)
                self.end_headers()
                self.send(data, reply.drip_s)
                self.close_connection = reply.stated_bytes is not None

            def send(self, data: bytes, drip_s: float) -> None:
                if not drip_s:
                    self.wfile.write(data)
                    return
                for at in range(len(data)):
                    if endpoint.over.wait(drip_s):
                        return
                    self.wfile.write(data[at : at + 1])
                    self.wfile.flush()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self._server.server_port}"
        self.url = self.root + "/v1"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    @property
    def completions(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.path.endswith("/completions")]

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def endpoint(script: Script) -> Iterator[Endpoint]:
    server = Endpoint(script)
    try:
        yield server
    finally:
        server.close()
