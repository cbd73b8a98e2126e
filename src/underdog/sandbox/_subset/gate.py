"""Whether a program ends in Monty as in CPython: asked before it runs, and after an error."""

import ast
from dataclasses import dataclass
from typing import Final

from underdog.sandbox._subset.quick_look import is_plain
from underdog.sandbox._subset.subset import OutsideError, Subset

_CERTAIN: Final = frozenset(
    (  # noqa: SIM905
        "AssertionError IndexError KeyError NameError RecursionError UnboundLocalError "
        "ZeroDivisionError"
    ).split()
)
"""Exceptions that no gap of Monty raises; a TypeError or ValueError may be an unknown argument."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What is known of a program before it runs in Monty.

    Attributes:
        outside: What takes the program out of the subset; empty when it may run.
        certain: Whether an exception that Monty raises at run time is the program's own.
        error: CPython's complaint when the program cannot be parsed at all, else empty.
    """

    outside: str = ""
    certain: bool = True
    error: str = ""


_PLAIN: Final = Pass()


def inspect(program: str) -> Pass:
    """Look at a program before it runs."""
    if is_plain(program):
        return _PLAIN
    try:
        return Pass(certain=Subset(ast.parse(program)).certain)
    except SyntaxError as wrong:
        return Pass(error=_complaint(wrong))
    except OutsideError as outside:
        return Pass(outside=str(outside))
    except (ValueError, RecursionError, MemoryError) as refusal:
        return Pass(outside=f"source that the parser refuses ({type(refusal).__name__})")


def is_own_error(program: str, given: Pass, kind: str, line: int | None) -> bool:
    """Whether CPython would have ended a program with the error that Monty reports, too.

    Args:
        program: The program.
        given: What `inspect` said of it.
        kind: Exception type.
        line: The program's line that raised it, from 1, where known.
    """
    if kind in ("SyntaxError", "IndentationError"):
        return _complaint_of(program) != ""
    if not given.certain:
        return False
    return kind in _CERTAIN or _raises(program, line)


def _raises(program: str, line: int | None) -> bool:
    """Whether a line is a `raise` of the program, which says what it means."""
    lines = program.splitlines()
    return line is not None and line <= len(lines) and lines[line - 1].lstrip().startswith("raise ")


def _complaint_of(program: str) -> str:
    try:
        compile(program, "<program>", "exec", dont_inherit=True)
    except SyntaxError as wrong:
        return _complaint(wrong)
    except (ValueError, RecursionError, MemoryError):
        return ""
    return ""


def _complaint(wrong: SyntaxError) -> str:
    return f"{type(wrong).__name__}: {wrong.msg} (line {wrong.lineno})"
