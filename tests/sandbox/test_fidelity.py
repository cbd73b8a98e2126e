"""Monty's answers are CPython's: on ties, on generated arithmetic, on published programs."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.paths import DATA
from underdog.core import Limits
from underdog.sandbox import OpenSandbox

ROOMY = Limits(timeout_s=30.0, output_bytes=1 << 22)
FUNCTIONS = "sqrt floor ceil log log10 exp sin cos atan fabs trunc degrees radians".split()  # noqa: SIM905
FORMATS = (".2f", ".3f", ".1e", ",.2f", "g", "06.1f", ".0f", "%")


def rows(name: str) -> list[dict[str, object]]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is absent; set UNDERDOG_DATA_DIR")
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def cpython(program: str) -> str:
    """Output of a program of our own making in a plain interpreter."""
    command = [sys.executable, "-I", "-"]
    return subprocess.run(command, input=program, capture_output=True, check=True, text=True).stdout


def test_ten_thousand_ties_round_as_in_cpython(monty: OpenSandbox) -> None:
    draw = random.Random(11)
    ties = [draw.randrange(10**5) / 100 + 0.005 for _ in range(10_000)]
    program = f"for x in {ties!r}:\n    print(round(x, 2))"
    result = monty.run(program, ROOMY)
    assert result.status == "ok"
    assert result.stdout.split() == [repr(round(x, 2)) for x in ties]


def _expression(draw: random.Random, depth: int) -> str:
    if depth == 0:
        kind = draw.randrange(4)
        number = draw.randrange(-1000, 1000)
        return (str(number), f"{number / 8}", f"{number}.{draw.randrange(100):02d}", "7")[kind]
    left, right = _expression(draw, depth - 1), _expression(draw, draw.randrange(depth))
    kind = draw.randrange(12)
    if kind < 6:
        return f"({left} {draw.choice(('+', '-', '*', '/', '//', '%'))} {right})"
    if kind == 6:
        return f"round({left}, {draw.randrange(-3, 5)})"
    if kind == 7:
        return f"math.{draw.choice(FUNCTIONS)}({left})"
    if kind == 8:
        return f"({left}) ** {draw.randrange(-2, 4)}"
    if kind == 9:
        return draw.choice(("int({})", "float({})", "abs({})", "round({})")).format(left)
    if kind == 10:
        name = draw.choice(("min({}, {})", "max({}, {})", "sum(divmod({}, {}))"))
        return name.format(left, right)
    return f"float(format({left}, '{draw.choice(FORMATS[:3])}'))"


def _generated(seed: int, count: int) -> str:
    draw = random.Random(seed)
    lines = ["import math"]
    for _ in range(count):
        shown = f"x = {_expression(draw, draw.randrange(1, 5))}"
        shape = draw.choice(FORMATS)
        lines += ["try:", f"    {shown}", "    print(x)", f"    print(f'{{x:{shape}}}')"]
        lines += ["except (ArithmeticError, ValueError, TypeError) as e:"]
        lines += ["    print(type(e).__name__)"]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(10))
def test_generated_arithmetic_prints_what_cpython_prints(
    open_monty: OpenSandbox, seed: int
) -> None:
    program = _generated(seed, 1000)
    result = open_monty.run(program, ROOMY)
    assert result.status in ("ok", "unsupported")
    assert result.error in ("", "a float that may be printed otherwise by CPython")
    differing = [
        pair
        for pair in zip(cpython(program).splitlines(), result.stdout.splitlines(), strict=True)
        if pair[0] != pair[1] and not _are_one_float(*pair)
    ]
    assert differing == []


def _are_one_float(first: str, second: str) -> bool:
    """Whether both are shortest texts of the same float, of which there are sometimes two."""
    return len(first) == len(second) > 15 and float(first) == float(second)


def _humaneval() -> Iterator[tuple[object, str]]:
    for row in rows("humaneval/test.jsonl"):
        meta = row["meta"]
        assert isinstance(meta, dict)
        yield (
            row["id"],
            f"{row['question']}{row['answer']}\n{meta['test']}\ncheck({meta['entry_point']})\n",
        )


def test_humaneval_solutions_are_never_called_wrong(monty: OpenSandbox) -> None:
    ends = {name: monty.run(program, Limits(timeout_s=20.0)) for name, program in _humaneval()}
    statuses = Counter(result.status for result in ends.values())
    assert set(statuses) <= {"ok", "unsupported"}, [
        (name, result.error) for name, result in ends.items() if result.status == "error"
    ]
    assert statuses["ok"] >= 140


def test_humaneval_solutions_all_pass_with_the_jail_behind(
    jail: OpenSandbox, monty: OpenSandbox
) -> None:
    limits = Limits(timeout_s=20.0)
    left = [text for _, text in _humaneval() if monty.run(text, limits).status == "unsupported"]
    assert [jail.run(text, limits).status for text in left] == ["ok"] * len(left)


@pytest.mark.slow
def test_every_humaneval_solution_passes_in_the_jail(jail: OpenSandbox) -> None:
    limits = Limits(timeout_s=20.0)
    assert {jail.run(program, limits).status for _, program in _humaneval()} == {"ok"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "field", "call"),
    [
        ("gsm_hard/test.jsonl", "solution", "print(solution())"),
        ("tinygsm_style/deepseek_r1.jsonl", "solution", "print(simple_math_problem())"),
    ],
)
def test_published_word_problem_programs_print_what_the_jail_prints(
    monty: OpenSandbox, jail: OpenSandbox, name: str, field: str, call: str
) -> None:
    programs = [f"{row[field]}\n{call}" for row in rows(name) if field in row][:400]
    differing = []
    for program in programs:
        quick = monty.run(program)
        if quick.status != "unsupported":
            exact = jail.run(program)
            if (quick.status, quick.stdout) != (exact.status, exact.stdout):
                differing.append((program, quick, exact))
    assert differing == []
