"""Every digit spelt out: operands, columns, carries and the result so far (arXiv 2307.03381).

The longest form, 10 to 20 times the tokens of a plain answer, and the one that needs the fewest
examples. For sums, differences and products of two integers; the layout is ours. The result so far
is written as it grows, most significant digit first.
"""

from collections.abc import Sequence

from underdog.core import Checker, Item, Prompt, Question, Quick, Reading, Sandbox, Shot
from underdog.forms import forms
from underdog.forms.column_arithmetic import WrittenOperation, columns, operation_of, settle
from underdog.forms.layout import converse
from underdog.forms.reading import read_text
from underdog.forms.scratchpad import value_of

_INSTRUCTION = (
    "Work the calculation out digit by digit between <work> and </work>: write the digits of both "
    "numbers, then each column with its carry and the result so far. Finish with the sentence "
    '"The answer is X.".'
)
_OPENING = "<work>"
_CLOSING = "</work>"
_EXAMPLES = (
    WrittenOperation("+", 478, 96),
    WrittenOperation("-", 503, 78),
    WrittenOperation("*", 27, 34),
)


def detailed_scratch(operation: WrittenOperation) -> str:
    """The whole reply for an operation.

    Example:
        >>> print(detailed_scratch(WrittenOperation("+", 28, 5)))
        <work>
        [2 8] has 2 digits, [5] has 1.
        [2 8] + [5], carry 0: 8 + 5 + 0 = 13, digit 3, carry 1, so far [3]
        [2] + [], carry 1: 2 + 0 + 1 = 3, digit 3, carry 0, so far [3 3]
        [] + [], carry 0: done [3 3]
        </work>
        The answer is 33.
    """
    settled = settle(operation)
    inner = settled.operation
    lines = [settled.line] if settled.line else []
    lines += _product(inner) if inner.operator == "*" else _columns(inner)
    return "\n".join([_OPENING, *lines, _CLOSING, f"The answer is {value_of(operation)}."])


def _columns(operation: WrittenOperation) -> list[str]:
    mark = operation.operator
    word = "carry" if mark == "+" else "borrow"
    top, bottom, done = str(operation.left), str(operation.right), ""
    lines = [f"{_listed(top)} has {_digits(top)}, {_listed(bottom)} has {len(bottom)}."]
    carry = 0
    for column in columns(operation):
        carry = column.carry
        state = f"{_listed(top)} {mark} {_listed(bottom)}, {word} {column.carried}"
        worked = f"{column.top} {mark} {column.bottom} {mark} {column.carried} = {column.total}"
        done = f"{column.digit}{done}"
        lines.append(
            f"{state}: {worked}, digit {column.digit}, {word} {carry}, so far {_listed(done)}"
        )
        top, bottom = top[:-1], bottom[:-1]
    done = f"1{done}" if carry else done
    lines.append(f"[] {mark} [], {word} {carry}: done {_listed(done)}")
    return lines


def _product(operation: WrittenOperation) -> list[str]:
    kept, split = str(operation.left), str(operation.right)
    if len(kept) < len(split):
        kept, split = split, kept
    lines = [f"{_listed(kept)} has {_digits(kept)}, {_listed(split)} has {len(split)}."]
    total = 0
    for place, digit in enumerate(reversed(split)):
        row = int(kept) * int(digit)
        lines.append(f"{_listed(kept)} * {digit}")
        lines += _row(kept, int(digit))
        shifted = row * 10**place
        if place:
            lines.append(f"shifted by {place}: {_listed(str(shifted))}, added to the sum so far")
            lines += _columns(WrittenOperation("+", shifted, total))
        total += shifted
    return lines


def _row(kept: str, digit: int) -> list[str]:
    lines: list[str] = []
    carry, done = 0, ""
    for other in reversed(kept):
        total = int(other) * digit + carry
        done = f"{total % 10}{done}"
        lines.append(
            f"{other} * {digit} + {carry} = {total}, digit {total % 10}, carry {total // 10}, "
            f"so far {_listed(done)}"
        )
        carry = total // 10
    if carry:
        lines.append(f"carry {carry} in front: {_listed(f'{carry}{done}')}")
    return lines


def _listed(digits: str) -> str:
    return f"[{' '.join(digits)}]"


def _digits(number: str) -> str:
    return f"{len(number)} digit{'' if len(number) == 1 else 's'}"


SHOTS = tuple(
    Shot(f"What is {one.left} {one.operator} {one.right}?", detailed_scratch(one))
    for one in _EXAMPLES
)


@forms.register("detailed_scratchpad")
class DetailedScratchpad(Quick):
    """Digits, columns, carries and the result so far, then "The answer is X."."""

    name = "detailed_scratchpad"
    stop = ("\n\n",)
    max_tokens = 2048

    def prompt(self, question: Question, shots: Sequence[Shot] | None = None) -> Prompt:
        """Ask for the working; its opening tag begins the reply."""
        return converse(_INSTRUCTION, question, SHOTS if shots is None else shots, prefix=_OPENING)

    def read(self, reply: str, question: Question, checker: Checker, sandbox: Sandbox) -> Reading:
        """Read the final sentence."""
        return read_text(reply.rpartition(_CLOSING)[2], question, checker)

    def render(self, item: Item) -> str | None:
        """The working; `None` unless the item is one operation on two integers."""
        operation = operation_of(item)
        return None if operation is None else detailed_scratch(operation)
