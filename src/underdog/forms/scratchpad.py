"""Digits and carries, one short line per column (the simplified scratchpad of arXiv 2307.03381).

For sums, differences and products of two integers; the layout is ours. A product has one line per
digit of its shorter factor and one per running sum.
"""

from collections.abc import Sequence

from underdog.core import Checker, Item, Prompt, Question, Quick, Reading, Sandbox, Shot
from underdog.forms import forms
from underdog.forms.column_arithmetic import WrittenOperation, columns, operation_of, settle
from underdog.forms.layout import converse
from underdog.forms.reading import read_text

_INSTRUCTION = (
    "Work the calculation out from the last digit to the first, one line per column with its digit "
    'and its carry, then finish with the sentence "The answer is X.".'
)
_EXAMPLES = (
    WrittenOperation("+", 478, 96),
    WrittenOperation("-", 503, 78),
    WrittenOperation("*", 27, 314),
)


def scratch(operation: WrittenOperation) -> str:
    """The whole reply for an operation.

    Example:
        >>> print(scratch(WrittenOperation("+", 28, 5)))
        8 + 5 + 0 = 13: digit 3, carry 1
        2 + 0 + 1 = 3: digit 3, carry 0
        The answer is 33.
    """
    settled = settle(operation)
    inner = settled.operation
    lines = [settled.line] if settled.line else []
    lines += _product(inner) if inner.operator == "*" else _sum(inner)
    return "\n".join([*lines, f"The answer is {value_of(operation)}."])


def value_of(operation: WrittenOperation) -> int:
    """The result of an operation, as an integer."""
    match operation.operator:
        case "+":
            return operation.left + operation.right
        case "-":
            return operation.left - operation.right
        case "*":
            return operation.left * operation.right


def _sum(operation: WrittenOperation) -> list[str]:
    mark = operation.operator
    word = "carry" if mark == "+" else "borrow"
    lines: list[str] = []
    carry = 0
    for column in columns(operation):
        worked = f"{column.top} {mark} {column.bottom} {mark} {column.carried} = {column.total}"
        lines.append(f"{worked}: digit {column.digit}, {word} {column.carry}")
        carry = column.carry
    return [*lines, f"carry {carry} in front"] if carry else lines


def _product(operation: WrittenOperation) -> list[str]:
    kept, split = operation.left, operation.right
    if len(str(kept)) < len(str(split)):
        kept, split = split, kept
    lines: list[str] = []
    total = 0
    for place, digit in enumerate(reversed(str(split))):
        row = kept * int(digit)
        shifted = row * 10**place
        line = f"{kept} * {digit} = {row}: shifted {shifted}"
        lines.append(f"{line}, {total} + {shifted} = {total + shifted}" if place else line)
        total += shifted
    return lines


SHOTS = tuple(
    Shot(f"What is {one.left} {one.operator} {one.right}?", scratch(one)) for one in _EXAMPLES
)


@forms.register("scratchpad")
class Scratchpad(Quick):
    """Column by column in short lines, then "The answer is X."."""

    name = "scratchpad"
    stop = ("\n\n",)
    max_tokens = 320

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for digits and carries."""
        return converse(_INSTRUCTION, question, SHOTS if shots is None else shots)

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Read the final sentence."""
        return read_text(reply, question, checker)

    def render(self, item: Item) -> str | None:
        """The columns; `None` unless the item is one operation on two integers."""
        operation = operation_of(item)
        return None if operation is None else scratch(operation)
