"""Renders untrusted chat templates in one shared child process with a time limit.

The child starts on first use and is replaced after a template made it hang or die. Results are
cached, failures too, since all samples of a problem and many scorings render the same conversation:
a template is asked once for each. It is asked again only where the machine had no time for it.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from underdog.child_process import ChildLostError, LineProcess, python_command
from underdog.errors import ModelFileError

TIMEOUT_S = 5.0
"""Wall-clock seconds for a request; the child itself has a second of processor time."""

_START_S = 60.0
_REMEMBERED = 4096
_REMEMBERED_CHARS = 1 << 25
_REMEDY = "choose a built-in template with template=chatml"


class _Renderer:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: LineProcess | None = None
        self._awake = False
        self._known: OrderedDict[str, dict[str, str]] = OrderedDict()
        self._num_chars = 0

    def render(self, job: Mapping[str, Any], timeout_s: float) -> str:
        key = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()
        with self._lock:
            reply = self._known.get(key)
            if reply is None:
                reply = self._ask(job, timeout_s)
                self._remember(key, reply)
            self._known.move_to_end(key)
        if "error" in reply:
            raise ModelFileError(f"the model's chat template {reply['error']}; {_REMEDY}")
        return reply["text"]

    def _remember(self, key: str, reply: dict[str, str]) -> None:
        self._known[key] = reply
        self._num_chars += _length(reply)
        while len(self._known) > 1 and (
            len(self._known) > _REMEMBERED or self._num_chars > _REMEMBERED_CHARS
        ):
            self._num_chars -= _length(self._known.popitem(last=False)[1])

    def start(self) -> None:
        with self._lock:
            self._living()

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _living(self) -> LineProcess:
        if self._worker is None or not self._worker.alive:
            self._stop()
            self._worker = LineProcess(python_command(f"{__package__}.render_worker"))
            self._awake = False
        return self._worker

    def _ask(self, job: Mapping[str, Any], timeout_s: float) -> dict[str, str]:
        worker = self._living()
        try:
            if not self._awake:
                worker.receive(_START_S)
                self._awake = True
            reply = worker.ask(job, timeout_s)
        except ChildLostError as lost:
            self._stop()
            out = "ran out of its time or memory"
            if not lost.hung:
                return {"error": out}
            raise ModelFileError(
                f"the model's chat template {out}: no answer within {timeout_s:g} s; {_REMEDY}"
            ) from lost
        if "error" in reply:
            return {"error": f"failed: {reply['error']}"}
        return {"text": str(reply["text"])}

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


def _length(reply: Mapping[str, str]) -> int:
    return sum(map(len, reply.values()))


_RENDERER = _Renderer()


def start_renderer() -> None:
    """Start the child process unless it runs already; does not wait for it."""
    _RENDERER.start()


def render_guarded(job: Mapping[str, Any], timeout_s: float = TIMEOUT_S) -> str:
    """The text of one conversation, rendered by an untrusted template.

    Args:
        job: Template `source`, `messages`, and the special `tokens` by name, such as `bos_token`.
        timeout_s: Wall-clock seconds after which the child is killed.

    Raises:
        ModelFileError: The template is malformed, refused the conversation, or ran into a limit.
    """
    return _RENDERER.render(job, timeout_s)
