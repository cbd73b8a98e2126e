"""Variants of a question and its program: other numbers are drawn, and the program is run.

A number may change when the question states it as often as the program uses it; 0, 1, 100, and
numbers that only the program contains, stay. The sandbox runs all draws at once, each as a function
that also records its intermediate values.
"""

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from underdog.core import Limits, Sandbox
from underdog.data.sources.replies.model_programs import literals, parsed
from underdog.data.sources.replies.question_numbers import (
    QuestionNumber,
    question_numbers,
    with_numbers,
)
from underdog.forms.arithmetic import show

_STAY = frozenset(map(Fraction, (0, 1, 100)))
_SEEN = "seen_values"
_NAMED = re.compile(r"\bsolution\b")
_MOST = 20
"""Largest factor between an old and a new answer."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A question and its program with other numbers.

    Attributes:
        question: Text of the question.
        code: The program.
        answer: Return value of the program; empty before it was run.
    """

    question: str
    code: str
    answer: str = ""


def draw_variants(question: str, code: str, count: int, rng: Random) -> list[Variant]:
    """Up to `count` different variants, not yet run; none when no number may change."""
    free = free_numbers(question, code)
    if not free:
        return []
    drawn: dict[str, Variant] = {}
    for _ in range(count):
        new = {number.value: _other(number, rng) for number in free}
        text = with_numbers(question, new)
        if text != question:
            drawn.setdefault(text, Variant(text, with_literals(code, new)))
    return list(drawn.values())


def free_numbers(question: str, code: str) -> list[QuestionNumber]:
    """Numbers of a question that may change: stated as often as the program uses them."""
    stated = question_numbers(question)
    used = Counter(one.value for one in literals(code))
    times = Counter(number.value for number in stated)
    first = {number.value: number for number in reversed(stated)}
    return [
        number
        for value, number in first.items()
        if value not in _STAY and times[value] == used[value]
    ]


def with_literals(code: str, new: Mapping[Fraction, Fraction]) -> str:
    """The program with its numbers replaced; layout and comments stay."""
    lines = [line.encode() for line in code.split("\n")]
    for one in reversed(literals(code)):
        if one.value in new:
            line = lines[one.line]
            lines[one.line] = line[: one.start] + show(new[one.value]).encode() + line[one.end :]
    return "\n".join(line.decode() for line in lines)


def tried(code: str, drawn: Sequence[Variant], sandbox: Sandbox) -> list[Variant]:
    """The variants whose program gives a sound answer, with that answer.

    Sound means like the original: the same number of intermediate values, each of the same sign
    and with no more decimals, and another answer of at most 20 times the size (or up to 100).
    """
    codes = [code, *(variant.code for variant in drawn)]
    result = sandbox.run(_all_in_one(codes), Limits(timeout_s=5.0))
    if result.status != "ok":  # one of them fails: ask each apart, which not every sandbox can
        result = sandbox.run(_all_in_one(codes, apart=True), Limits(timeout_s=5.0))
    runs = [_values(line) for line in result.stdout.splitlines()]
    if result.status != "ok" or len(runs) != len(drawn) + 1 or runs[0] is None:
        return []
    first = runs[0]
    return [
        Variant(variant.question, variant.code, show(values[-1]))
        for variant, values in zip(drawn, runs[1:], strict=True)
        if values is not None and _sound(first, values)
    ]


def _other(number: QuestionNumber, rng: Random) -> Fraction:
    """Another number of the same kind and a similar size."""
    step = Fraction(1, 10**number.decimals)
    units = int(number.value / step)
    for round_to in (100, 10, 5):
        if units % round_to == 0 and units > round_to:
            step, units = step * round_to, units // round_to
            break
    low, high = max(1, units // 2), max(units * 2, units + 4)
    if number.percent:
        high = max(low + 1, min(high, int(Fraction(95) / step)))
    value = step * rng.randint(low, high)
    return value if value not in (0, 1) else step * (high + 1)


def _all_in_one(codes: Sequence[str], *, apart: bool = False) -> str:
    """One program that runs each function and prints its values as a line.

    Args:
        codes: The programs.
        apart: Whether one that fails leaves the others be.
    """
    parts = [f"{_SEEN} = []"]
    for place, code in enumerate(codes):
        parts.append(_NAMED.sub(f"solution_{place}", _noting(code)))
        steps = [
            f"last = solution_{place}()",
            f"print(' '.join([str(one) for one in [*{_SEEN}, last]]))",
        ]
        if apart:
            steps = ["try:", *(f"    {one}" for one in steps), "except Exception:"]
            steps.append("    print('failed')")
        parts.append("\n".join([f"{_SEEN} = []", *steps]))
    return "\n".join(parts) + "\n"


def _noting(code: str) -> str:
    """The program with code added that records the value of each plain assignment."""
    tree = parsed(code)
    function = (
        next((one for one in tree.body if isinstance(one, ast.FunctionDef)), None) if tree else None
    )
    if function is None:
        return code
    lines = code.split("\n")
    for statement in reversed(function.body):
        target = _assigned(statement)
        if target is not None and statement.end_lineno is not None:
            indent = " " * statement.col_offset
            lines.insert(statement.end_lineno, f"{indent}{_SEEN}.append({target})")
    return "\n".join(lines)


def _assigned(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            return None


def _values(line: str) -> list[Fraction] | None:
    """The numbers of a printed line; `None` when the program failed or a value is no number."""
    try:
        return [Fraction(one).limit_denominator(10**6) for one in line.split()]
    except (ValueError, TypeError, OverflowError):
        return None


def _sound(old: Sequence[Fraction], new: Sequence[Fraction]) -> bool:
    if len(old) != len(new) or old[-1] == new[-1]:
        return False
    if not all(_alike(was, now) for was, now in zip(old, new, strict=True)):
        return False
    return abs(new[-1]) <= max(_MOST * abs(old[-1]), 100)


def _alike(was: Fraction, now: Fraction) -> bool:
    if was >= 0 > now or (was > 0) != (now > 0):
        return False
    return _decimals(now) <= max(_decimals(was), 0)


def _decimals(value: Fraction) -> int:
    """Class of a number by its decimals: 0 for whole, 2 for up to two decimals, else 9."""
    if value.denominator == 1:
        return 0
    return 2 if (value * 100).denominator == 1 else 9
