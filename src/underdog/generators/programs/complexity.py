"""How hard a tiny program is: cyclomatic complexity and Halstead difficulty (arXiv 2407.10194)."""

from collections.abc import Iterator
from dataclasses import dataclass

from underdog.generators.programs.language import (
    Assign,
    Binary,
    Expression,
    For,
    If,
    Name,
    Number,
    Program,
)


@dataclass(frozen=True, slots=True)
class Complexity:
    """Two measures of a program.

    Attributes:
        cyclomatic: Cyclomatic complexity: one more than the number of branches and loops.
        halstead: Halstead difficulty: half the distinct operators times the mean uses of an
            operand.
    """

    cyclomatic: int
    halstead: float

    @property
    def overall(self) -> float:
        """Mean of the two measures, the difficulty by which the paper sorts programs."""
        return (self.cyclomatic + self.halstead) / 2


def complexity(program: Program) -> Complexity:
    """The two complexity measures of a program."""
    tokens = list(_tokens(program))
    operators = {text for text, is_operator in tokens if is_operator}
    operands = [text for text, is_operator in tokens if not is_operator]
    branches = sum(text in ("if", "for") for text, is_operator in tokens if is_operator)
    halstead = len(operators) / 2 * len(operands) / max(1, len(set(operands)))
    return Complexity(1 + branches, halstead)


def _tokens(program: Program) -> Iterator[tuple[str, bool]]:
    """The tokens of a program in order, each with whether it is an operator (not an operand)."""
    for statement in program:
        match statement:
            case Assign(name, value):
                yield from ((name, False), ("=", True))
                yield from _in(value)
            case For(name, start, stop, body):
                yield from (("for", True), (name, False), ("range", True))
                yield from ((str(start), False), (str(stop), False))
                yield from _tokens(body)
            case If(test, then, otherwise):
                yield "if", True
                yield from _in(test)
                yield from _tokens(then)
                if otherwise:
                    yield "else", True
                    yield from _tokens(otherwise)
            case _:
                yield "print", True
                yield from _in(statement.value)


def _in(expression: Expression) -> Iterator[tuple[str, bool]]:
    match expression:
        case Number(value):
            yield str(value), False
        case Name(name):
            yield name, False
        case Binary(operator, left, right):
            yield from _in(left)
            yield operator, True
            yield from _in(right)
