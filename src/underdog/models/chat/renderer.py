"""Renders untrusted chat templates in one shared child process with a time limit.

The child starts on first use and is replaced after a template made it hang or die. Results are
cached, since all samples of a problem and many scorings render the same conversation.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from underdog.child_process import ChildLostError, LineProcess, python_command
from underdog.errors import ModelFileError

TIMEOUT_S = 10.0
_REMEMBERED = 256
_REMEDY = "choose a built-in template with template=chatml"


class _Renderer:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: LineProcess | None = None
        self._known: OrderedDict[str, str] = OrderedDict()

    def render(self, job: Mapping[str, Any], timeout_s: float) -> str:
        key = json.dumps(job, sort_keys=True)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            text = self._ask(job, timeout_s)
            self._known[key] = text
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            return text

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
        return self._worker

    def _ask(self, job: Mapping[str, Any], timeout_s: float) -> str:
        try:
            reply = self._living().ask(job, timeout_s)
        except ChildLostError as lost:
            raise ModelFileError(
                f"the model's chat template ran out of its {timeout_s:g} s or memory; {_REMEDY}"
            ) from lost
        if "error" in reply:
            raise ModelFileError(f"the model's chat template failed: {reply['error']}; {_REMEDY}")
        return str(reply["text"])

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


_RENDERER = _Renderer()


def start_renderer() -> None:
    """Start the child process unless it runs already; does not wait for it."""
    _RENDERER.start()


def render_guarded(job: Mapping[str, Any], timeout_s: float = TIMEOUT_S) -> str:
    """The text of one conversation, rendered by an untrusted template.

    Args:
        job: Template `source`, `messages`, `bos_token` and `eos_token`.
        timeout_s: Wall-clock seconds after which the child is killed.

    Raises:
        ModelFileError: The template is malformed, refused the conversation, or ran into a limit.
    """
    return _RENDERER.render(job, timeout_s)
