"""The process between the host and Monty: takes several programs a message, returns bounded text.

Monty runs programs in a process of its own, but hands values, exceptions and prints to its
caller without a bound on their size. With this process as the caller, a hostile program can fill or
hang only this process, which the host replaces.
"""

import os
import random
import re
import select
import signal
import threading
import time
from typing import Any, Final

import pydantic_monty

from underdog.core import SandboxStatus
from underdog.sandbox._jailed.frames import PATIENCE_S, receive, send
from underdog.sandbox._monty_source import MontySource, prepare
from underdog.sandbox._monty_verdict import judge
from underdog.sandbox._subset.gate import Pass, inspect, is_own_error

_INPUT: Final = 0
_GRACE_S: Final = 0.5
_SALT_BYTES: Final = 4096
_MAX_ERROR_CHARS: Final = 2000
_RETIRE_CHARS: Final = 1 << 20
_ENOUGH_CHARS: Final = 1 << 14
_LONG_FLOAT: Final = re.compile(r"(?<![\w.])\d(?=[\d.]{16})\d*\.\d+(?:e[+-]\d+)?")
_POLICY: Final[pydantic_monty.OSPolicy] = {"sleep": "zero", "random_start": {"seed": 0}}


class Output:
    """Standard output of a program, cut at a limit; the program goes on printing.

    Args:
        limit_bytes: Largest size of standard output as UTF-8.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.exceeded = False
        self._left = limit_bytes
        self._pieces: list[bytes] = []

    def __call__(self, stream: str, text: str) -> None:
        """Append one piece of standard output; standard error is dropped."""
        if stream != "stdout" or self.exceeded:
            return
        data = text.encode("utf-8", "replace")
        self._pieces.append(data[: self._left])
        self._left -= len(data)
        self.exceeded = self._left < 0

    def text(self) -> str:
        """The printed text, up to the limit."""
        return b"".join(self._pieces).decode("utf-8", "ignore")


def main() -> None:
    """Answer requests on standard input (descriptor 0) until its end."""
    answers = os.dup(1)
    hello = receive(_INPUT) or {}
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    threading.Thread(target=_leave_with_host, daemon=True).start()
    with pydantic_monty.Monty(max_processes=1, feed_duration_limit_grace=_GRACE_S) as pool:
        send(answers, {"monty": pydantic_monty.__version__})
        os.dup2(silence, 2)
        while (request := receive(_INPUT)) is not None:
            answer = _answers if "programs" in request else _answer
            send(answers, answer(pool, {**hello, **request}))


def _answers(pool: pydantic_monty.Monty, request: dict[str, Any]) -> dict[str, Any]:
    """Answers to the first of the request's programs: at least one, all when they are quick.

    Stopping early keeps the host's deadline short and the answer small; the host asks again for the
    remaining programs.
    """
    answers: list[dict[str, Any]] = []
    chars, until = 0, time.perf_counter() + PATIENCE_S
    for program in request["programs"]:
        answer = _answer(pool, {**request, "program": program})
        answers.append(answer)
        chars += len(answer["stdout"]) + len(answer["value"] or "") + len(answer["error"])
        if answer["retire"] or chars > _ENOUGH_CHARS or time.perf_counter() > until:
            break
    return {"answers": answers, "retire": answers[-1]["retire"]}


def _answer(pool: pydantic_monty.Monty, request: dict[str, Any]) -> dict[str, Any]:
    given = inspect(request["program"]) if request.get("subset", True) else None
    if given is not None and given.error:
        return _unrun("error", given.error)
    if given is not None and given.outside:
        return _unrun("unsupported", f"not known to be the same in Monty: {given.outside}")
    return _run(pool, request, given)


def _unrun(status: SandboxStatus, error: str) -> dict[str, Any]:
    short = error[:_MAX_ERROR_CHARS]
    empty = {"stdout": "", "value": None, "seconds": 0.0, "retire": False}
    return {"status": status, "error": short, **empty}


def _run(pool: pydantic_monty.Monty, request: dict[str, Any], given: Pass | None) -> dict[str, Any]:
    output = Output(request["output_bytes"])
    source = prepare(request["program"], request["output_bytes"])
    memory_bytes = request["memory_bytes"] + random.randrange(_SALT_BYTES)  # noqa: S311
    limits: pydantic_monty.ResourceLimits = {
        "max_feed_duration_secs": request["timeout_s"],
        "max_memory": memory_bytes,
        "max_recursion_depth": request["recursion_depth"],
    }
    value, status, error = None, "ok", ""
    started = time.perf_counter()
    try:
        value = _feed(pool, source, limits, output)
    except pydantic_monty.MontyCrashedError as lost:
        status = "timeout" if lost.timed_out else "crashed"
        error = str(lost)
    except (pydantic_monty.MontyRuntimeError, pydantic_monty.MontySyntaxError) as raised:
        timed_out = time.perf_counter() - started >= request["timeout_s"]
        end = End(raised, source, timed_out, memory_bytes)
        status, error = end.status(request["program"], given), end.text
    text = output.text()
    if status == "ok" and _doubtful_floats(text, value):
        status, error = "unsupported", "a float that may be printed otherwise by CPython"
    if output.exceeded and status in ("ok", "timeout"):
        status, error = "output", f"printed over {request['output_bytes']} bytes"
    return {
        "status": status,
        "stdout": text,
        "value": None if value == "None" else value,
        "error": error[:_MAX_ERROR_CHARS],
        "seconds": time.perf_counter() - started,
        "retire": len(error) > _RETIRE_CHARS,
    }


def _doubtful_floats(*texts: str | None) -> bool:
    """Whether a float is printed that has two shortest texts, of which CPython may take the other.

    Only floats of 16 digits and more can have two; any text that `repr` would not give counts.
    """
    return any(
        repr(float(found)) != found
        for text in texts
        if text is not None
        for found in _LONG_FLOAT.findall(text)
    )


def _feed(
    pool: pydantic_monty.Monty,
    source: MontySource,
    limits: pydantic_monty.ResourceLimits,
    output: Output,
) -> str | None:
    with pool.checkout(
        script_name="program.py",
        limits=limits,
        os_policy=_POLICY,
        assert_message_annotations=False,
    ) as session:
        value = session.feed_run(source.text, print_callback=output)
    return value if source.has_value else None


class End:
    """How an exception ended a program in Monty.

    Attributes:
        text: Exception type, message and the program's line.
    """

    def __init__(
        self,
        raised: pydantic_monty.MontyRuntimeError | pydantic_monty.MontySyntaxError,
        source: MontySource,
        timed_out: bool,
        memory_bytes: int,
    ) -> None:
        text = raised.display("type-msg")
        self._kind, _, message = text.partition(": ")
        lines = [frame.line - source.shift for frame in raised.traceback()]
        self._judged: SandboxStatus = judge(
            self._kind, message, bool(lines), timed_out=timed_out, memory_bytes=memory_bytes
        )
        self._line = next((line for line in reversed(lines) if line > 0), None)
        where = "" if self._line is None else f" (line {self._line})"
        self.text = "" if self._judged == "ok" else f"{text}{where}"

    def status(self, program: str, given: Pass | None) -> SandboxStatus:
        """The run's status: `error` only where CPython would have ended in it, too.

        Args:
            program: The program.
            given: What was known of it before; `None` to take Monty's word for CPython's.
        """
        if self._judged != "error" or given is None:
            return self._judged
        own = is_own_error(program, given, self._kind, self._line)
        return "error" if own else "unsupported"


def _leave_with_host() -> None:
    """End this process group as soon as the host has closed its end of standard input."""
    watch = select.poll()
    watch.register(_INPUT, 0)
    watch.poll()
    os.killpg(0, signal.SIGKILL)
