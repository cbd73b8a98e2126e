"""The standard streams as they may be found: closed, full, a pipe that ends, or plain ASCII.

A closed stream is opened on the null device before anything else could get its number: a run goes
on, and a file of ours is never taken for standard output. A character that a stream's encoding
lacks is written as its escape. What cannot be written ends the command in one line.
"""

import contextlib
import io
import logging
import os
import signal
import sys
from collections.abc import Callable, Generator
from types import FrameType
from typing import Any

CLOSED_PIPE_EXIT = 141
CANNOT_WRITE_EXIT = 74  # EX_IOERR of sysexits.h


class UnwritableError(OSError):
    """Standard output takes no more, for another reason than a reader that has left."""


class StandardOutput(io.TextIOWrapper):
    """Standard output whose own failures can be told from those of other files."""

    def write(self, text: str, /) -> int:
        """Write text.

        Raises:
            UnwritableError: It cannot be written.
            BrokenPipeError: The reader has left.
        """
        with _own_failures():
            return super().write(text)

    def flush(self) -> None:
        """Write what is buffered; raises as `write` does."""
        with _own_failures():
            super().flush()


@contextlib.contextmanager
def _own_failures() -> Generator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwritableError(error.errno, error.strerror) from error


class Termination:
    """Whether this process was asked to end by SIGTERM; it then ends as by Ctrl-C."""

    asked = False

    @classmethod
    def handle(cls, *_: int | FrameType | None) -> None:
        """Note the request, then interrupt what is running as Ctrl-C would."""
        cls.asked = True
        logging.getLogger("asyncio").disabled = True  # it would report the interrupt once more
        if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, signal.SIG_DFL, None):
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)


def run_command(command: Callable[[], object]) -> None:
    """Run the command line with streams and signals in order, and leave with its exit code."""
    open_streams()
    signal.signal(signal.SIGTERM, Termination.handle)
    try:
        try:
            command()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
        sys.exit(CLOSED_PIPE_EXIT)
    except UnwritableError as error:
        silence_stdout()
        sys.stderr.write(f"error: cannot write to standard output: {error.strerror}\n")
        sys.exit(CANNOT_WRITE_EXIT)


def open_streams() -> None:
    """Put the null device in the place of closed streams; let no character be unwritable."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    _escape_unwritable(sys.stdout, sys.stderr)


def _escape_unwritable(stdout: Any, stderr: Any) -> None:
    stderr.reconfigure(errors="backslashreplace")
    encoding, by_lines = stdout.encoding, stdout.line_buffering
    output = StandardOutput(
        stdout.detach(), encoding=encoding, errors="backslashreplace", line_buffering=by_lines
    )
    sys.stdout = sys.__stdout__ = output


def silence_stdout() -> None:
    """Discard buffered output, so that the interpreter's last flush cannot fail."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
