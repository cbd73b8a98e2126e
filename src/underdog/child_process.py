"""A child Python process that is told its task in JSON lines and dies with its parent.

What reads untrusted files (a model, its chat template) runs in such a child, so that a crash or an
endless loop there costs a process and never ours. The configuration goes over standard input, so
secrets stay out of the process list; closing that pipe ends the child.
"""

import json
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from typing import IO, Any

from pydantic import TypeAdapter

from underdog.errors import EngineError

_TAIL_LINES = 40
_GRACE_S = 5.0
_MESSAGE = TypeAdapter(dict[str, Any])


class WorkerProcess:
    """A running child.

    Args:
        module: Module to run with `python -m`.
    """

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._readers = (
            self._read(self._process.stdout, self._lines.put, self._lines),
            self._read(self._process.stderr, self._tail.append, None),
        )

    @property
    def alive(self) -> bool:
        """Whether the child is running."""
        return self._process.poll() is None

    @property
    def last_words(self) -> str:
        """The end of what the child wrote to standard error, and its exit status."""
        code = self._process.poll()
        status = "still running" if code is None else f"exit status {code}"
        lines = [line.strip() for line in self._tail if line.strip()]
        return f"{status}; {' | '.join(lines[-4:])[-800:]}" if lines else status

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message. Raises `EngineError` when the child is gone."""
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            raise EngineError("the worker process is closed")
        try:
            pipe.write(json.dumps(message) + "\n")
            pipe.flush()
        except OSError as error:
            raise EngineError(f"the worker process is gone ({self.last_words})") from error

    def receive(self, timeout_s: float) -> Mapping[str, Any] | None:
        """The child's next message; `None` when it ended or the time is up."""
        try:
            line = self._lines.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if line is None:
            self._process.wait(_GRACE_S)
            return None
        try:
            return _MESSAGE.validate_json(line)
        except ValueError:
            return None

    def close(self, *, kill: bool = False) -> None:
        """End the child and wait for it. May be called twice."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            try:
                self._process.stdin.close()
            except OSError:
                kill = True
        if kill:
            self._process.kill()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join(_GRACE_S)

    def _read(
        self, stream: IO[str] | None, take: Any, end: "queue.Queue[str | None] | None"
    ) -> threading.Thread:
        def follow() -> None:
            if stream is not None:
                with stream:
                    for line in stream:
                        take(line)
            if end is not None:
                end.put(None)

        thread = threading.Thread(target=follow, daemon=True, name="underdog-worker-reader")
        thread.start()
        return thread
