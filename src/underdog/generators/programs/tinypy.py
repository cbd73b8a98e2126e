"""The micro-benchmark of tiny programs: what does this program print?

After TinyPy (arXiv 2407.10194), with a small language of our own. Levels: 1 assignments, 2
branches, 3 a loop, 4 a branch inside a loop. The difficulty is the paper's, the mean of cyclomatic
complexity and Halstead difficulty. The steps are the executed ones. Programs that differ only in
the names of variables share a key.
"""

from random import Random

from underdog.core.item import Draft
from underdog.generators import families
from underdog.generators.knobs import ordered, whole
from underdog.generators.programs.complexity import complexity
from underdog.generators.programs.language import (
    Assign,
    Binary,
    Expression,
    For,
    If,
    Name,
    Number,
    Print,
    RecordedRun,
    Statement,
    source,
)

_NAMES: tuple[str, ...] = ("a", "b", "c", "n", "x", "y", "total", "count", "size", "price")
_LOOP_NAMES: tuple[str, ...] = ("i", "j", "k")
_MAX_VALUE = 5_000
_MAX_STEPS = 40
_TESTS: tuple[str, ...] = ("<", ">", "==", "!=", "<=", ">=")
_ASKED = (
    "What does this Python program print?",
    "What is the output of the following Python program?",
    "Read the program and say what it prints.",
    "Run this Python code in your head. What does it print?",
)
_SEVERAL = " Write the printed numbers on one line, parted by spaces."


@families.register("tinypy")
class TinyPy:
    """Small Python programs and what they print.

    Args:
        level: Hardest kind, 1 to 4.
        min_level: Easiest kind.
        variables: Most variables, 2 to 5.
        loops: Most rounds of a loop.
        size: Largest number written in the program.
    """

    name = "tinypy"
    version = 1
    checker = "exact"
    forms = ("answer", "cot", "program")

    def __init__(
        self, level: int = 4, min_level: int = 1, variables: int = 3, loops: int = 4, size: int = 20
    ) -> None:
        self._high = whole("level", level, 1, 4)
        self._low = whole("min_level", min_level, 1, 4)
        ordered("min_level", self._low, "level", self._high)
        self._variables = whole("variables", variables, 2, 5)
        self._loops = whole("loops", loops, 2, 8)
        self._size = whole("size", size, 3, 100)

    def draft(self, rng: Random) -> Draft:
        """Draft of a problem: one program."""
        level = rng.randint(self._low, self._high)
        while True:
            program = self._program(rng, level)
            run = RecordedRun(program)
            if run.largest <= _MAX_VALUE and len(run.trace.steps) <= _MAX_STEPS:
                break
        measured = complexity(program)
        code = "\n".join(source(program))
        asked = rng.choice(_ASKED) + (_SEVERAL if len(run.printed) > 1 else "")
        return Draft(
            text=f"{asked}\n```python\n{code}\n```",
            answer=run.output,
            steps=run.trace.steps,
            key=f"tinypy:{_renamed(program)}",
            difficulty=measured.overall,
            meta={
                "level": level,
                "cyclomatic": measured.cyclomatic,
                "halstead": measured.halstead,
                "source": code,
            },
        )

    def _program(self, rng: Random, level: int) -> list[Statement]:
        names = rng.sample(_NAMES, rng.randint(2, self._variables))
        program: list[Statement] = [
            Assign(name, Number(rng.randint(0, self._size))) for name in names
        ]
        program.append(self._change(rng, names, names))
        if level == 2:
            program.append(self._branch(rng, names, names))
        if level >= 3:
            program.append(self._loop(rng, names, nested=level == 4))
        if rng.random() < 0.5:
            program.append(self._change(rng, names, names))
        return program + self._prints(rng, program, names)

    def _prints(self, rng: Random, program: list[Statement], names: list[str]) -> list[Statement]:
        """Print statements for one or two variables that the program changes."""
        changed = _assigned(program[len(names) :])
        shown = rng.sample(changed, min(len(changed), rng.choice((1, 1, 2))))
        if len(shown) == 1 and rng.random() < 0.25:
            other = rng.choice(names)
            return [Print(Binary(rng.choice("+-"), Name(shown[0]), Name(other)))]
        return [Print(Name(name)) for name in shown]

    def _change(self, rng: Random, targets: list[str], names: list[str]) -> Assign:
        return Assign(rng.choice(targets), self._expression(rng, names))

    def _expression(self, rng: Random, names: list[str]) -> Expression:
        """Two or three atoms; divisors are small positive numbers, so that nothing fails."""
        first = Name(rng.choice(names))
        operator = rng.choice(("+", "+", "-", "*", "//", "%"))
        inner = Binary(operator, first, self._second(rng, operator, names))
        if rng.random() < 0.3:
            outer = rng.choice(("+", "-", "*"))
            return Binary(outer, inner, self._second(rng, outer, names))
        return inner

    def _second(self, rng: Random, operator: str, names: list[str]) -> Expression:
        if operator in ("//", "%"):
            return Number(rng.randint(2, 9))
        if operator == "*":
            return Number(rng.randint(2, 5))
        return Name(rng.choice(names)) if rng.random() < 0.5 else Number(rng.randint(1, self._size))

    def _branch(self, rng: Random, targets: list[str], names: list[str]) -> If:
        left = Name(rng.choice(names))
        others = [name for name in names if name != left.name]
        right = (
            Name(rng.choice(others)) if rng.random() < 0.5 else Number(rng.randint(1, self._size))
        )
        test = Binary(rng.choice(_TESTS), left, right)
        if rng.random() < 0.3:
            odd = Binary("%", left, Number(rng.randint(2, 3)))
            test = Binary("==", odd, Number(0))
        then = (self._change(rng, targets, names),)
        otherwise = (self._change(rng, targets, names),) if rng.random() < 0.6 else ()
        return If(test, then, otherwise)

    def _loop(self, rng: Random, names: list[str], nested: bool) -> For:
        variable = rng.choice(_LOOP_NAMES)
        start = rng.choice((0, 0, 1, 2))
        stop = start + rng.randint(2, self._loops)
        known = [*names, variable]
        body: list[Statement] = [self._change(rng, names, known)]
        if nested:
            body.insert(rng.randint(0, 1), self._branch(rng, names, known))
        return For(variable, start, stop, tuple(body))


def _assigned(program: list[Statement]) -> list[str]:
    """Variables that some statement assigns, in order, without loop variables."""
    found: list[str] = []
    for statement in program:
        match statement:
            case Assign(name, _):
                inner = [name]
            case For(_, _, _, body):
                inner = _assigned([*body])
            case If(_, then, otherwise):
                inner = _assigned([*then, *otherwise])
            case _:
                inner = []
        found += [name for name in inner if name not in found]
    return found


def _renamed(program: list[Statement]) -> str:
    """The source with variables numbered by first use, on one line."""
    lines = source(program)
    order: dict[str, str] = {}
    words: list[str] = []
    for line in lines:
        indent = (len(line) - len(line.lstrip())) // 4
        tokens = line.replace("(", " ( ").replace(")", " ) ").replace(":", " ").split()
        for token in tokens:
            if token in _NAMES or token in _LOOP_NAMES:
                order.setdefault(token, f"v{len(order)}")
        words.append(">" * indent + " ".join(order.get(token, token) for token in tokens))
    return "; ".join(words)
