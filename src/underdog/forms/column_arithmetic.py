"""Written arithmetic column by column: the calculation behind the scratchpad forms.

Pure calculation on the digits of whole numbers, least significant first. Signs are settled before:
5 - (-3) is the sum of 5 and 3, 3 - 5 is 5 - 3 below zero.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from underdog.core.item import Item


@dataclass(frozen=True, slots=True)
class WrittenOperation:
    """One operation on two whole numbers."""

    operator: Literal["+", "-", "*"]
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Settled:
    """An operation on non-negative numbers, the larger first in a difference.

    Attributes:
        operation: The operation on non-negative numbers.
        negative: Whether the original result is minus the result of `operation`.
        line: Equation of the original and this operation; empty when they are the same.
    """

    operation: WrittenOperation
    negative: bool
    line: str


@dataclass(frozen=True, slots=True)
class DigitColumn:
    """One column of a sum or difference.

    Attributes:
        top: Digit of the first number, 0 beyond its length.
        bottom: Digit of the second number, 0 beyond its length.
        carried: Carry (or borrow) from the column to the right, 0 or 1.
        total: Sum or difference of the digits and the carry, from -10 to 19.
        digit: Digit of the result.
        carry: Carry (or borrow) to the column to the left, 0 or 1.
    """

    top: int
    bottom: int
    carried: int
    total: int
    digit: int
    carry: int


def operation_of(item: Item) -> WrittenOperation | None:
    """The operation that an item asks for; `None` unless it is one `+`, `-` or `*` of integers."""
    operator, operands = item.problem.meta.get("operator"), item.problem.meta.get("operands")
    if not isinstance(operands, list) or len(operands) != 2:
        return None
    left, right = operands
    if not isinstance(left, int) or not isinstance(right, int):
        return None
    match operator:
        case "+" | "-" | "*":
            return WrittenOperation(operator, left, right)
        case _:
            return None


def settle(operation: WrittenOperation) -> Settled:
    """The operation on non-negative numbers that gives the result up to its sign.

    Example:
        >>> settle(WrittenOperation("+", -5, 3)).line
        '-5 + 3 = -(5 - 3)'
    """
    left, right = operation.left, operation.right
    if operation.operator == "*":
        inner = WrittenOperation("*", abs(left), abs(right))
        negative = (left < 0) != (right < 0) and left != 0 and right != 0
    else:
        other = right if operation.operator == "+" else -right
        if (left >= 0) == (other >= 0) or left == 0 or other == 0:
            inner = WrittenOperation("+", abs(left), abs(other))
            negative = left < 0 or other < 0
        else:
            inner = WrittenOperation("-", max(abs(left), abs(other)), min(abs(left), abs(other)))
            negative = left + other < 0
    same = inner == operation and not negative
    return Settled(inner, negative, "" if same else _follows(operation, inner, negative))


def columns(operation: WrittenOperation) -> Iterator[DigitColumn]:
    """The columns of a sum or difference of non-negative numbers, from the right.

    In a difference the first number must not be the smaller one.

    Example:
        >>> [column.digit for column in columns(WrittenOperation("-", 503, 78))]
        [5, 2, 4]
    """
    carry = 0
    tops, bottoms = str(operation.left)[::-1], str(operation.right)[::-1]
    sign = 1 if operation.operator == "+" else -1
    for place in range(max(len(tops), len(bottoms))):
        top = int(tops[place]) if place < len(tops) else 0
        bottom = int(bottoms[place]) if place < len(bottoms) else 0
        total = top + sign * (bottom + carry)
        carried, carry = carry, int(not 0 <= total <= 9)
        yield DigitColumn(top, bottom, carried, total, total % 10, carry)


def _follows(operation: WrittenOperation, inner: WrittenOperation, negative: bool) -> str:
    right = f"({operation.right})" if operation.right < 0 else str(operation.right)
    settled = f"{inner.left} {inner.operator} {inner.right}"
    if negative:
        settled = f"-({settled})"
    return f"{operation.left} {operation.operator} {right} = {settled}"
