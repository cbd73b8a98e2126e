"""What a grading worker does with a request: symbolic mathematics and JSON Schema."""

from collections.abc import Callable
from typing import Any

from underdog.child_process import limit_process, serve_lines

_MEMORY_BYTES = 3 << 30


def main() -> None:
    """Serve requests until standard input ends."""
    limit_process(_MEMORY_BYTES)
    _operation("key")("x+1")  # imports sympy and warms the parser: no request pays for it
    serve_lines(_serve, hello={"status": "ok"})


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
