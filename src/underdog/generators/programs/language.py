"""A tiny part of Python: assign, if, for, print over whole numbers; its text and its meaning.

Programs are trees that we build ourselves. `source` writes them as Python, `RecordedRun` interprets
the tree (nothing is ever executed as Python here) and records every executed step with its own
name: the second value of `total` is `total_2`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from underdog.generators.craft.worked_steps import Trace


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    value: int


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Binary:
    """An arithmetic or comparing operator between two expressions."""

    operator: str
    left: "Expression"
    right: "Expression"


Expression = Number | Name | Binary


@dataclass(frozen=True, slots=True)
class Assign:
    """`name = value`."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """`if test: … else: …`; no else when `otherwise` is empty."""

    test: Binary
    then: "tuple[Statement, ...]"
    otherwise: "tuple[Statement, ...]"


@dataclass(frozen=True, slots=True)
class For:
    """`for name in range(start, stop): …`."""

    name: str
    start: int
    stop: int
    body: "tuple[Statement, ...]"


@dataclass(frozen=True, slots=True)
class Print:
    """`print(value)`."""

    value: Expression


Statement = Assign | If | For | Print
Program = Sequence[Statement]

_RANKS = {
    "==": 0,
    "!=": 0,
    "<": 0,
    ">": 0,
    "<=": 0,
    ">=": 0,
    "+": 1,
    "-": 1,
    "*": 2,
    "//": 2,
    "%": 2,
}
_MEANINGS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def write(expression: Expression, names: Mapping[str, str] | None = None) -> str:
    """An expression as Python; `names` has the texts written in place of variables.

    Example:
        >>> write(Binary("*", Binary("+", Name("a"), Number(2)), Number(3)))
        '(a + 2) * 3'
    """
    match expression:
        case Number(value):
            return str(value)
        case Name(name):
            return name if names is None else names[name]
        case Binary(operator, left, right):
            first, second = write(left, names), write(right, names)
            if isinstance(left, Binary) and _RANKS[left.operator] < _RANKS[operator]:
                first = f"({first})"
            if isinstance(right, Binary) and _RANKS[right.operator] <= _RANKS[operator]:
                second = f"({second})"
            if second.startswith("-"):
                second = f"({second})"
            if first.startswith("-") and not isinstance(left, Binary):
                first = f"({first})"
            return f"{first} {operator} {second}"


def evaluate(expression: Expression, values: Mapping[str, int]) -> int:
    """Value of an expression for the variables' values; comparisons give 1 or 0."""
    match expression:
        case Number(value):
            return value
        case Name(name):
            return values[name]
        case Binary(operator, left, right):
            return int(_MEANINGS[operator](evaluate(left, values), evaluate(right, values)))


def source(program: Program, indent: str = "") -> list[str]:
    """The lines of a program as Python, each begun with `indent`."""
    lines: list[str] = []
    for statement in program:
        match statement:
            case Assign(name, value):
                lines.append(f"{indent}{name} = {write(value)}")
            case Print(value):
                lines.append(f"{indent}print({write(value)})")
            case For(name, start, stop, body):
                span = f"{start}, {stop}" if start else str(stop)
                lines += [f"{indent}for {name} in range({span}):", *source(body, indent + "    ")]
            case If(test, then, otherwise):
                lines += [f"{indent}if {write(test)}:", *source(then, indent + "    ")]
                if otherwise:
                    lines += [f"{indent}else:", *source(otherwise, indent + "    ")]
    return lines


class RecordedRun:
    """One execution of a program, recorded step by step.

    Attributes:
        printed: Printed values, in order.
        largest: Largest absolute value that occurred.
        trace: The executed steps; the last one is the output.
    """

    def __init__(self, program: Program) -> None:
        self.printed: list[int] = []
        self.largest = 0
        self.trace = Trace()
        self._values: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._prints: list[str] = []
        self._block(program)
        self._output()

    @property
    def output(self) -> str:
        """All printed values on one line."""
        return " ".join(map(str, self.printed))

    def _block(self, program: Program) -> None:
        for statement in program:
            match statement:
                case Assign(name, value):
                    self._assign(name, value)
                case Print(value):
                    self._print(value)
                case If():
                    self._branch(statement)
                case For():
                    self._loop(statement)

    def _assign(self, name: str, expression: Expression) -> None:
        value, formula = evaluate(expression, self._values), write(expression, self._names)
        self.largest = max(self.largest, abs(value))
        shown = self._shown(expression, value)
        self._values[name] = value
        self._names[name] = self._fresh(name)
        self.trace.add(self._names[name], formula, value, f"{name} = {shown}.")

    def _print(self, expression: Expression) -> None:
        value, formula = evaluate(expression, self._values), write(expression, self._names)
        self.printed.append(value)
        name = self._fresh("printed")
        self.trace.add(name, formula, value, f"It prints {self._shown(expression, value)}.")
        self._prints.append(name)

    def _branch(self, statement: If) -> None:
        test = statement.test
        holds = bool(evaluate(test, self._values))
        shown = write(test, {name: str(value) for name, value in self._values.items()})
        name = self._fresh("test")
        text = f"{write(test)}: {shown} is {'true' if holds else 'false'}."
        self.trace.add(name, write(test, self._names), str(holds), text)
        self._block(statement.then if holds else statement.otherwise)

    def _loop(self, statement: For) -> None:
        for value in range(statement.start, statement.stop):
            self._assign(statement.name, Number(value))
            self._block(statement.body)

    def _fresh(self, name: str) -> str:
        self._counts[name] = self._counts.get(name, 0) + 1
        return f"{name}_{self._counts[name]}"

    def _shown(self, expression: Expression, value: int) -> str:
        """The calculation in numbers with its result; the value alone if nothing is calculated."""
        if not isinstance(expression, Binary):
            return str(value)
        numbers = write(expression, {name: str(known) for name, known in self._values.items()})
        return f"{numbers} = {value}"

    def _output(self) -> None:
        formula = f"f'{' '.join(f'{{{name}}}' for name in self._prints)}'"
        text = f"The output is {self.output}."
        self.trace.add("output", formula, self.output, text)
