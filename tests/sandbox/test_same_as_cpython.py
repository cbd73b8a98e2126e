# ruff: noqa: E501
"""A program ends in every sandbox as it ends in CPython, or the sandbox says that it cannot tell."""

import ast
import json
from collections import Counter

import pytest

from tests.paths import DATA
from tests.sandbox.conftest import OPEN_MONTY, obtain
from tests.sandbox.drawn_programs import KINDS, drawn
from underdog.core import Limits, SandboxResult
from underdog.sandbox import OpenSandbox
from underdog.sandbox._subset.gate import inspect
from underdog.sandbox._subset.quick_look import is_plain
from underdog.sandbox._subset.subset import OutsideError, Subset

SEED, COUNT = 2611, 390
TRAPS = (
    "d = {1: 'a'}\nd[1.0] = 'b'\nprint(d)",
    "x = sum(i\n    for i in range(3))\nprint(x)",
    "print(i\n    for i in range(3))",
    "a = [1, 2]\nb = a\nfor i, v in enumerate(a):\n    b.append(v)\n    if i > 4: break\nprint(a)",
    "def say(i):\n    print(i)\n    return i\nprint(any(say(i) for i in [1, 2]))",
    "print(any(10 % i == 0 for i in [5, 0]))",
    "import math\nprint(math.cbrt(27), math.gamma(5.5))",
    "f = zip\nz = f([1], [2])\nprint(list(z), list(z))",
    "def sum(g):\n    for v in g:\n        print('read', v)\n        break\ndef say(i):\n    print(i)\n    return i\n"
    "sum(say(i) for i in [1, 2])",
    "print(5 .real, 5..is_integer())",
    "x = 5; print(x.bit_count())",
    "print(f'{[1].__class__}')",
    "print(f'{hasattr(int, \"bit_count\")}')",
    "print(hasattr (int, 'bit_count'))",
    "e = hasattr\nprint(e(int, 'bit_count'))",
    "print(2j)",
    "print(b'a')",
    "def f(x=hasattr): return x(int, 'bit_count')\nprint(f())",
    "x = '''\nimport math\n'''\nprint(x, {3, 1, 2})",
    "# {\nprint('#', {2, 1})",
    "print(\"'\", {64, 1, 8}, '\"')",
    "print('\\'', {64, 1, 8})",
    "print({64, 1, 8}) # '",
    "import math as dir\nprint(dir.sqrt(4))",
    "from math import sqrt as len\nprint(len(4))",
    "for i in [3]: print(i, {64, 8, 1})",
    "print([x for x in {64, 8, 1}])",
    "print(max(x for x in [1, 2]) , (y for y in [1]) is None)",
    "if 1:\n    return 3\nprint(1)",
    "def f():\n    class A: pass\n    return A\nprint(f().__name__)",
    "while True:\n    print('x')\n    raise SystemExit",
    "print(0.1 + 0.2, 1e23, 2 ** 0.5, 1 / 3, 5e-324)",
    "print(f'{0.1:.20f}', '%.17g' % 0.1)",
    "x: dict[str, int] = {}\nx['a'] = 1\nprint(x)",
    "x: int[str] = 1\nprint(x)",
    "raise KeyError from None",
    "print('{:8}|'.format([1]), '{:>{}}'.format((1,), 9))",
    "x = [1, 2]\nprint(f'{x:8}|')",
    "x = [1, 2]\nprint(f'{x:.2f}|')",
    "print(format([1], '5'), format(2.5, '8.2f'))",
    "print('{0.real} {0[0]}'.format([1]))",
    "print('{:>8} {:.2f} {{}} {!r}'.format('a', 2.0, 'b'))",
    "t = '{:8}'\nprint(t.format([1]))",
    "print(f'{dir}', f'{hasattr}')",
    'print("f" + str(hasattr(int, \'bit_count\')) + "f")',
    "print('f' + str({64, 8, 1}) + 'f')",
    'print(f"""{hasattr(int, \'bit_count\')}""")',
    'print("""5" a""" + str({64, 8, 1}) + """5" b""")',
    'print("""5" a""" + str(hasattr(int, \'x\')) + \'"\')',
    "print(rf'{hasattr(1, \"real\")}', r'\\', '\\\\')",
    "def f(n): return n and max([f(n - 1)], key=lambda v: -v)\nprint(f(300))",
)


def facts(result: SandboxResult) -> tuple[str, str, str | None]:
    return result.status, result.stdout, result.value


PROGRAMS = [*drawn(SEED, COUNT), *TRAPS]


@pytest.fixture(scope="module")
def exact(opened: dict[str, OpenSandbox | str]) -> list[SandboxResult]:
    return list(obtain(opened, "jail").run_many(PROGRAMS))


def test_there_are_programs_of_every_kind() -> None:
    assert len(set(PROGRAMS)) >= 400
    assert len(KINDS) >= 12


def test_monty_ends_as_cpython_or_does_not_tell(
    monty: OpenSandbox, exact: list[SandboxResult]
) -> None:
    found = list(monty.run_many(PROGRAMS))
    differing = [
        (program, facts(quick), facts(slow))
        for program, quick, slow in zip(PROGRAMS, found, exact, strict=True)
        if quick.status != "unsupported" and facts(quick) != facts(slow)
    ]
    assert differing == []
    assert sum(result.status == "ok" for result in found) > COUNT / 3


def test_auto_ends_as_cpython(
    opened: dict[str, OpenSandbox | str], exact: list[SandboxResult]
) -> None:
    found = obtain(opened, "auto").run_many(PROGRAMS)
    differing = [
        (program, facts(quick), facts(slow))
        for program, quick, slow in zip(PROGRAMS, found, exact, strict=True)
        if facts(quick) != facts(slow) and " at 0x" not in slow.stdout
    ]
    assert differing == []


def test_the_programs_tell_monty_from_cpython(
    opened: dict[str, OpenSandbox | str], exact: list[SandboxResult]
) -> None:
    """Without its subset Monty would end otherwise on many of them: the comparison can fail."""
    found = obtain(opened, OPEN_MONTY).run_many(PROGRAMS)
    differing = sum(
        quick.status != "unsupported" and facts(quick) != facts(slow)
        for quick, slow in zip(found, exact, strict=True)
    )
    assert differing > 20


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        ("from fractions import Fraction\nprint(Fraction(1, 2))", "1/2\n"),
        (
            "import itertools as it\n"
            "print(next(n for n in it.count(1) if n % 7 == 3 and n % 5 == 2))",
            "17\n",
        ),
        ("print({3, 1, 2})", "{1, 2, 3}\n"),
        ("print(pow(3, -1, 7))", "5\n"),
        ("import sys\nsys.stdout.write('a\\n')", "a\n"),
        ("print(hasattr(int, 'bit_count'))", "True\n"),
    ],
)
def test_what_monty_cannot_tell_the_jail_decides(
    opened: dict[str, OpenSandbox | str], jail: OpenSandbox, program: str, printed: str
) -> None:
    result = obtain(opened, "auto").run(program)
    assert (result.status, result.stdout, result.sandbox) == ("ok", printed, "jail")
    assert obtain(opened, "monty").run(program).status == "unsupported"


def test_a_limit_in_monty_is_asked_again_in_the_jail(
    opened: dict[str, OpenSandbox | str], jail: OpenSandbox
) -> None:
    limits = Limits(timeout_s=0.3)
    programs = ["while True: pass", "print(1)"]
    assert [one.sandbox for one in obtain(opened, "auto").run_many(programs, limits)] == [
        "jail",
        "monty",
    ]
    assert obtain(opened, "auto").run(programs[0], limits).sandbox == "jail"


def _published() -> list[str]:
    found: list[str] = []
    for name, field, call in (
        ("gsm_hard/test.jsonl", "solution", "print(solution())"),
        ("tinygsm_style/deepseek_r1.jsonl", "solution", "print(simple_math_problem())"),
    ):
        path = DATA / name
        if not path.exists():
            pytest.skip(f"{path} is absent; set UNDERDOG_DATA_DIR")
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        found += [f"{row[field]}\n{call}" for row in rows if field in row]
    return found


def test_word_problem_programs_are_montys() -> None:
    """Nearly all need no tree; what they lose to the jail is speed only."""
    programs = _published()
    outside = Counter(inspect(program).outside for program in programs)
    assert outside[""] >= 0.99 * len(programs)
    assert sum(map(is_plain, programs)) >= 0.9 * len(programs)


@pytest.mark.parametrize("seed", range(3))
def test_plain_words_are_never_more_than_the_tree_allows(seed: int) -> None:
    programs = [*drawn(seed, 1500), *TRAPS]
    plain = [program for program in programs if is_plain(program)]
    assert len(plain) > 200
    for program in plain:
        try:
            assert Subset(ast.parse(program)).certain
        except SyntaxError:
            continue
        except OutsideError as outside:
            pytest.fail(f"{outside}: {program}")
