"""Rewrites a program for Monty so that its results are CPython's.

Two changes, neither of them visible to the program:

- Monty 1.4 rounds a scaled float, CPython the exact binary value: of 10,000 ties `xx.xx5`, 4,227
  differ, and with negative digits one result in eight. A `round` of our own, with CPython's result
  for every float, is put in front of programs that could call it.
- The value of the last expression leaves Monty as text that was made inside, under the program's
  limits. An object would be copied out without a limit: a list nested thirty times in itself is
  enough to fill the host's memory.
"""

import ast
from dataclasses import dataclass
from typing import Final

_ROUND: Final = """\
def round(number, ndigits=None, *, _native=round):
    if ndigits is None or type(number) is not float or type(ndigits) is not int:
        return _native(number, ndigits)
    if number - number != 0.0 or ndigits > 323:
        return number
    if ndigits >= 0:
        return float(f"{number:.{ndigits}f}")
    if ndigits < -308:
        return 0.0 * number
    whole = int(number)
    tenths = whole * 10 + (number > whole) - (number < whole)
    return float(_native(tenths, ndigits - 1) // 10) or 0.0 * number
"""
_ROUND_LINES: Final = _ROUND.count("\n")
_MAY_ROUND: Final = ("round", "eval", "exec")
_MAX_VALUE_CHARS: Final = 2000
_MAX_VALUE_LINES: Final = 40
_OPEN_ENDED: Final = ('"""', "'''", "\\")
_CLOSERS: Final = (")", "]", "}")


@dataclass(frozen=True, slots=True)
class MontySource:
    """A program ready for Monty.

    Attributes:
        text: The source that Monty runs.
        shift: Number of lines added in front of the program's own first line.
        has_value: Whether the source ends in an expression that gives the last value's text.
    """

    text: str
    shift: int
    has_value: bool


def prepare(program: str, max_value_chars: int) -> MontySource:
    """Wrap a program for Monty.

    Args:
        program: The model's program, unchanged.
        max_value_chars: Length at which the text of the last value is cut.
    """
    rounds = not program.isascii() or any(name in program for name in _MAY_ROUND)
    head = _ROUND if rounds else ""
    shift = _ROUND_LINES if rounds else 0
    cut = _last_expression(program)
    if cut is None:
        return MontySource(f"{head}{program}\n\npass\n", shift, False)
    before, expression = cut
    tail = f'\nf"{{__underdog_value!r:.{max_value_chars}}}"\n'
    return MontySource(f"{head}{before}__underdog_value = ({expression}\n){tail}", shift, True)


def _last_expression(program: str) -> tuple[str, str] | None:
    """Split off a last statement that is an expression, where that is certain.

    The end of the program is parsed on its own. If it is a whole expression, without triple quotes
    or backslashes and not continuing the line before, then any construct still open in front of it
    would stay open to the end, so that the program were a syntax error either way. Calls of `print`
    have no value worth the trouble.
    """
    lines = program.rstrip().split("\n")
    last = len(lines) - 1
    spread = lines[last].startswith(_CLOSERS)
    for start in range(last, max(-1, last - _MAX_VALUE_LINES), -1):
        if not lines[start][:1].isspace():
            expression = "\n".join(lines[start:])
            if _stands_alone(lines[start - 1] if start else "", expression):
                break
            if not spread:
                return None
    else:
        return None
    before = "\n".join(lines[:start])
    return (before + "\n" if start else ""), expression


def _stands_alone(line_before: str, expression: str) -> bool:
    if expression.startswith("print(") or line_before.rstrip().endswith("\\"):
        return False
    if len(expression) > _MAX_VALUE_CHARS or any(mark in expression for mark in _OPEN_ENDED):
        return False
    try:
        ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
