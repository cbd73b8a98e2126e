"""The work of a forked child of the jail: run one hostile program, then report how it ended.

This is the one place of underdog where a model's program meets CPython. The walls (namespaces or
landlock, seccomp, rlimits) stand before the first byte of the program is compiled. The verdict on
`verdict_fd` is written by the process that ran the program, which may have forged it: it counts as
a statement about that program only. It begins with one byte that is written before the program's
first line: a process that ends after it without a verdict was ended by its program.
"""

import ast
import builtins
import dis
import errno
import os
import random
import struct
import sys
from collections.abc import Sequence
from types import CodeType, TracebackType
from typing import Any, Final

from .refusals import Refusals

BEGUN: Final = b"\x01"
VERDICT: Final = struct.Struct(">BII")
STATUSES: Final = ("ok", "error", "memory", "unsupported")
NO_VALUE: Final = 0xFFFFFFFF
MAX_ERROR_BYTES: Final = 8000
_FILE: Final = "<program>"
_WALL_ERRORS: Final = (errno.EPERM, errno.EACCES)
_RESERVE_BYTES: Final = 4 << 20
_RAISE: Final = dis.opmap["RAISE_VARARGS"]
_OWN_FRAMES: Final = 8
_FUTURES: Final = 0x1FE0000


def run_program(
    text: str,
    verdict_fd: int,
    recursion_depth: int,
    max_value_bytes: int,
    readable: Sequence[str],
) -> None:
    """Run a program in this process and write its verdict.

    Args:
        text: The program.
        verdict_fd: File descriptor to which the verdict is written.
        recursion_depth: Greatest number of nested Python frames.
        max_value_bytes: Length at which the text of the last value is cut.
        readable: Files and folders that a program may read.
    """
    refusals = Refusals(_FILE, readable)
    reserve = bytearray(_RESERVE_BYTES)
    output = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stdout = output
    sys.setrecursionlimit(recursion_depth + _OWN_FRAMES)
    random.seed(0)
    status, value, error = "ok", None, ""
    refusals.watch()
    os.write(verdict_fd, BEGUN)
    try:
        value = _run(text)
    except BaseException as raised:  # noqa: BLE001
        reserve.clear()
        status, error = _explain(raised)
    sys.setrecursionlimit(max(recursion_depth, 1000) + 100)
    try:
        output.flush()
    except (OSError, ValueError):
        status, error = "error", "OSError: standard output was closed"
    if refusals.first is not None:
        status, value = "unsupported", None
        error = f"the jail has no such thing: {refusals.first}; {error}".removesuffix("; ")
    _write_verdict(verdict_fd, status, value, error, max_value_bytes)


def _run(text: str) -> str | None:
    body, last = _compile(text)
    scope: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    exec(body, scope)  # noqa: S102
    if last is None:
        return None
    value = eval(last, scope)  # noqa: S307
    return None if value is None else repr(value)


def _compile(text: str) -> tuple[CodeType, CodeType | None]:
    """Code of the program, and of its last statement when that is an expression, else `None`."""
    tree = ast.parse(text, _FILE)
    final = tree.body[-1] if tree.body else None
    if not isinstance(final, ast.Expr):
        return compile(tree, _FILE, "exec", dont_inherit=True), None
    tree.body.pop()
    body = compile(tree, _FILE, "exec", dont_inherit=True)
    expression = ast.Expression(final.value)
    flags = body.co_flags & _FUTURES
    return body, compile(expression, _FILE, "eval", flags, dont_inherit=True)


def _explain(raised: BaseException) -> tuple[str, str]:
    if isinstance(raised, SystemExit) and not raised.code:
        return "ok", ""
    if isinstance(raised, MemoryError):
        status = "memory" if _is_real(raised.__traceback__) else "error"
    elif isinstance(raised, OSError) and raised.errno in _WALL_ERRORS:
        status = "unsupported"
    else:
        status = "unsupported" if _misses_module(raised) else "error"
    try:
        message = raised.msg if isinstance(raised, SyntaxError) else str(raised)
    except BaseException:  # noqa: BLE001
        message = "(no message: its __str__ failed)"
    line = _line(raised)
    where = "" if line is None else f" (line {line})"
    colon = ": " if message else ""
    return status, f"{type(raised).__name__}{colon}{message[:MAX_ERROR_BYTES]}{where}"


def _misses_module(raised: BaseException) -> bool:
    """Whether a whole module is missing, rather than a part of one that is here."""
    if not isinstance(raised, ModuleNotFoundError):
        return False
    parent = (raised.name or "").rpartition(".")[0]
    return parent not in sys.modules


def _is_real(trace: TracebackType | None) -> bool:
    """Whether memory ran out, rather than the program having said `raise MemoryError`."""
    if trace is None:
        return True
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    if code.co_filename != _FILE:
        return code.co_name != "_compile"
    return code.co_code[trace.tb_lasti] != _RAISE


def _line(raised: BaseException) -> int | None:
    if isinstance(raised, SyntaxError):
        return raised.lineno
    line, trace = None, raised.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _write_verdict(fd: int, status: str, value: str | None, error: str, max_value: int) -> None:
    kept = b"" if value is None else value[:max_value].encode("utf-8", "replace")[:max_value]
    reason = error.encode("utf-8", "replace")[:MAX_ERROR_BYTES]
    size = NO_VALUE if value is None else len(kept)
    data = VERDICT.pack(STATUSES.index(status), size, len(reason)) + kept + reason
    while data:
        data = data[os.write(fd, data) :]
