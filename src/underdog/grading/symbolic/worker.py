"""The loop of a grading worker: JSON requests on standard input, JSON replies on standard output.

Bounds itself: an alarm ends the process when a request overstays (the parent kills it too, unless
the parent is gone), and its address space is limited where the system allows.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import IO, Any

_MEMORY_BYTES = 3 << 30
_GRACE_S = 1.0


def main() -> None:
    """Serve requests until standard input ends."""
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)
        _limit()
        _operation("key")("x+1")  # imports sympy and warms the parser: no request pays for it
        _send(replies, {"status": "ok"})
        for line in sys.stdin.buffer:
            request = json.loads(line)
            _arm(request["timeout_s"] + _GRACE_S)
            _send(replies, _serve(request))
            _arm(0.0)


def _serve(request: dict[str, Any]) -> dict[str, Any]:
    """Boundary: whatever an operation raises is an answer that it cannot handle."""
    try:
        return {"status": "ok", "value": _operation(request["op"])(*request["args"])}
    except MemoryError:
        return {"status": "failed", "detail": "out of memory"}
    except Exception as error:  # noqa: BLE001
        return {"status": "failed", "detail": f"{type(error).__name__}: {str(error)[:200]}"}


def _operation(name: str) -> Callable[..., Any]:
    if name == "validate":
        from underdog.grading.symbolic.validate import violation

        return violation
    from underdog.grading.symbolic import compare

    operations: dict[str, Callable[..., Any]] = {"key": compare.key, "equal": compare.equal}
    return operations[name]


def _send(replies: IO[bytes], reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


def _arm(seconds: float) -> None:
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _limit() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
